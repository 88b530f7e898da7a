// What `sluice decode` prints of one record or packet, and how it says that there is none.

/** One record or packet in words. */
export interface Line {
  /** Where it begins, in bytes from the beginning of the file. */
  readonly at: number;
  readonly text: string;
  /** What is in it: variables, headers; printed below it. */
  readonly details?: readonly string[];
}

/** Bytes that are not what they should be. */
export class DecodeError extends Error {
  /** Where the record or packet begins. */
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.name = 'DecodeError';
    this.at = at;
  }
}

/** `NAME=VALUE` for each pair. */
export function pairLines(pairs: Iterable<readonly [name: string, value: string | null]>): string[] {
  return Array.from(pairs, ([name, value]) => (value === null ? name : `${name}=${value}`));
}
