// Kinds without a notation of their own: text, choices, whole numbers, switches, permission bits.
import * as z from 'zod/mini';
import { lastWord, stringKind, type ValueKind } from './kind.ts';

/** A string that is not empty. `what` names it in errors ("a directory"), `placeholder` in help. */
export function text(placeholder: string, what: string, examples: readonly string[]): ValueKind<string> {
  return stringKind(placeholder, what, examples, (value) => {
    if (value === '') return { reason: 'it is empty' };
    if (value.includes('\0')) return { reason: 'it contains a NUL character' };
    return { value };
  });
}

/** One of a fixed set of words. */
export function choice<const T extends string>(words: readonly [T, ...T[]]): ValueKind<T> {
  return {
    schema: z.enum(words),
    allowed: `one of ${words.join(', ')}`,
    placeholder: words.join('|'),
    repeats: false,
    fromWords: lastWord,
  };
}

/** A whole number between two bounds, both included. */
export function integer(min: number, max: number): ValueKind<number> {
  return {
    schema: z.int().check(z.minimum(min), z.maximum(max)),
    allowed: `a whole number from ${min} to ${max}`,
    placeholder: 'number',
    repeats: false,
    fromWords: (words) => (/^\d+$/.test(lastWord(words)) ? Number(lastWord(words)) : lastWord(words)),
  };
}

const switchWords: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

/** On or off. An environment variable may say true, yes, on, 1 or their opposites. */
export const toggle: ValueKind<boolean> = {
  schema: z.boolean(),
  allowed: 'true or false',
  placeholder: null,
  repeats: false,
  fromWords: (words) => switchWords[lastWord(words).toLowerCase()] ?? lastWord(words),
};

/** Permission bits in octal. A string, because TOML's 0660 is an error and 660 is not what it looks like. */
export const fileMode: ValueKind<number> = stringKind(
  'octal',
  'permission bits in octal, in quotes, such as "0660"',
  ['0660', '0600'],
  (value) =>
    /^0?[0-7]{3}$/.test(value)
      ? { value: Number.parseInt(value, 8) }
      : { reason: 'it is not three octal digits' },
);
