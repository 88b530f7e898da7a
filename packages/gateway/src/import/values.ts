// Reads the values of options, and carries the simple ones over.
import { Left, type CarriedRow, type Literal, type Option } from './option.ts';
import type { Draft } from './draft.ts';

/** What every source has while it reads. */
export interface HasDraft {
  readonly draft: Draft;
}

/** A text that is not empty. */
export function textOf({ value }: Option): string {
  if (typeof value !== 'string') throw new Left('lost', 'it is not a text');
  if (value === '') throw new Left('lost', 'it is empty');
  return value;
}

/** A whole number, not negative. */
export function wholeOf({ value }: Option): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0)
    throw new Left('lost', `${inWords(value)} is not a whole number`);
  return number;
}

/** A whole number over 0; 0 means that the option is off, as it is by itself. */
export function positiveOf(option: Option): number {
  const number = wholeOf(option);
  if (number === 0) throw new Left('needless', '0 turns it off, as it is by itself');
  return number;
}

/** True or false, in the words that the servers know. */
export function switchOf({ value }: Option): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return !/^(false|off|no|0)$/i.test(value);
  throw new Left('lost', `${inWords(value)} is neither true nor false`);
}

/** A value as it is shown. */
export function inWords(value: Literal): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

type Carry<C> = CarriedRow<C>['carry'];

/** Carries a text. `table` is such as `pool.default`. */
export function text<C extends HasDraft>(table: string, key: string): Carry<C> {
  return (option, { draft }) => draft.at(table).set(key, textOf(option), option);
}

/** Carries a number over 0. */
export function count<C extends HasDraft>(table: string, key: string): Carry<C> {
  return (option, { draft }) => draft.at(table).set(key, positiveOf(option), option);
}

/** Carries whole seconds over 0 as a duration. */
export function seconds<C extends HasDraft>(table: string, key: string): Carry<C> {
  return (option, { draft }) => draft.at(table).set(key, `${positiveOf(option)}s`, option);
}

/** Carries a number over 0 of this unit as a size. */
export function size<C extends HasDraft>(table: string, key: string, unit: 'B' | 'MiB'): Carry<C> {
  const factor = unit === 'MiB' ? 1024 * 1024 : 1;
  return (option, { draft }) => draft.at(table).set(key, sizeOf(positiveOf(option) * factor), option);
}

/** A number of bytes in the largest unit that it is a whole number of. */
export function sizeOf(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let [value, index] = [bytes, 0];
  while (index < units.length - 1 && value > 0 && value % 1024 === 0)
    [value, index] = [value / 1024, index + 1];
  return `${value}${units[index] ?? 'B'}`;
}

/** Carries a switch that is on; one that is off is as it is by itself. */
export function turnedOn<C extends HasDraft>(table: string, key: string): Carry<C> {
  return (option, { draft }) => {
    if (!switchOf(option)) throw new Left('needless', 'it is off');
    draft.at(table).set(key, true, option);
  };
}

/** Permission bits in octal, as settings have them. */
export function octalOf({ value }: Option): string {
  const digits = typeof value === 'number' ? value.toString(8) : typeof value === 'string' ? value : '';
  if (!/^(0o?)?[0-7]{1,4}$/.test(digits)) throw new Left('lost', `${inWords(value)} is not octal`);
  return digits.replace(/^0o?/, '').padStart(3, '0').padStart(4, '0');
}
