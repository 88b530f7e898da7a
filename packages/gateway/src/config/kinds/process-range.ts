// How many processes: a number, or two between which the load decides.
import * as z from 'zod/mini';
import type { ProcessRange } from '../types.ts';
import { lastWord, type ValueKind } from './kind.ts';

const countMax = 1024;
const count = z.int().check(z.minimum(1), z.maximum(countMax));

const rangeSchema = z
  .strictObject({ min: count, max: count })
  .check(z.refine(({ min, max }) => min <= max, 'min is more than max'));

/** A number, a table with `min` and `max`, or `2-8` on the command line. */
export const processRange: ValueKind<ProcessRange> = {
  schema: z.union([
    z.pipe(
      count,
      z.transform((number) => ({ min: number, max: number })),
    ),
    rangeSchema,
  ]),
  allowed: `a whole number from 1 to ${countMax}, or two as { min = 2, max = 8 } (on the command line 2-8)`,
  placeholder: 'number|min-max',
  repeats: false,
  fromWords: (words) => {
    const word = lastWord(words);
    return /^\d+$/.test(word) ? Number(word) : (parseProcessRange(word) ?? word);
  },
};

/** Reads `4` or `2-8`; null if it is neither. The bounds are not checked. */
export function parseProcessRange(text: string): ProcessRange | null {
  const [, min, max] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? [];
  return min === undefined ? null : { min: Number(min), max: Number(max ?? min) };
}

/** `4`, or `2-8`. */
export function formatProcessRange({ min, max }: ProcessRange): string {
  return min === max ? String(min) : `${min}-${max}`;
}
