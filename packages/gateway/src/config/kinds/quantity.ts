// Durations and sizes: a number with its unit, always both, so that no reader has to guess.
import { stringKind, type Parsed, type ValueKind } from './kind.ts';

const durationUnitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const sizeUnitsBytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1000,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** A duration such as "250ms", "5s", "10m" or "1h", in milliseconds. The bounds are texts in the same notation. */
export function duration(min: string, max: string): ValueKind<number> {
  return stringKind(
    'duration',
    `a duration from ${min} to ${max}, such as "250ms", "5s", "10m" or "1h"`,
    ['250ms', '5s', '10m'],
    bounded(durationUnitsMs, min, max),
  );
}

/** A size such as "128KiB", "10MB" or "1GiB", in bytes. The bounds are texts in the same notation. */
export function size(min: string, max: string): ValueKind<number> {
  return stringKind(
    'size',
    `a size from ${min} to ${max}, such as "128KiB", "10MB" or "1GiB"`,
    ['128KiB', '10MB', '1GiB'],
    bounded(sizeUnitsBytes, min, max),
  );
}

function bounded(
  units: Readonly<Record<string, number>>,
  min: string,
  max: string,
): (text: string) => Parsed<number> {
  const lowest = parseQuantity(min, units);
  const highest = parseQuantity(max, units);
  if ('reason' in lowest || 'reason' in highest) throw new TypeError(`bad bounds ${min}, ${max}`);
  return (text) => {
    const parsed = parseQuantity(text, units);
    if ('reason' in parsed) return parsed;
    if (parsed.value < lowest.value) return { reason: `it is less than ${min}` };
    if (parsed.value > highest.value) return { reason: `it is more than ${max}` };
    return parsed;
  };
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): Parsed<number> {
  const match = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text);
  if (match === null) return { reason: 'it is not a number with a unit' };
  const unit = units[match[2] ?? ''];
  if (unit === undefined) {
    const known = Object.keys(units).join(', ');
    return { reason: match[2] === '' ? `the unit is missing (${known})` : `the unit is not one of ${known}` };
  }
  const value = Number(match[1]) * unit;
  return Number.isSafeInteger(value) ? { value } : { reason: 'it does not come to a whole number' };
}
