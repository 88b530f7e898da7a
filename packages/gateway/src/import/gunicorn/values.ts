// Reads values as gunicorn does.
import { Left, type Option } from '../option.ts';
import { inWords } from '../values.ts';

/** A list of texts; a text alone is a list of one. */
export function listOf({ value }: Option): readonly string[] {
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list)) throw new Left('lost', `${inWords(value)} is not a list of texts`);
  return list.map((each: unknown) => {
    if (typeof each !== 'string') throw new Left('lost', `${inWords(value)} is not a list of texts`);
    return each;
  });
}

/** Addresses and networks with commas between them, or a list of such. */
export function peersOf(option: Option): readonly string[] {
  return listOf(option)
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

/** A user or group, by name or number. */
export function userOf({ value }: Option): string {
  if (typeof value === 'number' || (typeof value === 'string' && value !== '')) return String(value);
  throw new Left('lost', `${inWords(value)} is neither a name nor a number`);
}

/** Permission bits: a number, or a text such as `0o027`, `0027` or `23`. */
export function octalOf({ value }: Option): number {
  const number =
    typeof value === 'string' ? Number(value.replace(/^0(?=[0-7])/, '0o').replace(/^$/, 'x')) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > 0o777)
    throw new Left('lost', `${inWords(value)} are no permission bits`);
  return number;
}
