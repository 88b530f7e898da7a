// A complete PARAMS stream, read where it lies: nothing is decoded before it is asked for.
import { FastCgiError } from './errors.ts';
import { PairCursor } from './pair-cursor.ts';

/** Where a value lies in {@link Params.bytes}: `bytes.subarray(start, end)`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** From this many bytes on the native copy is faster than a loop. */
const NATIVE_COPY_MIN = 96;

/**
 * The variables of a request, in the order they came and with duplicates kept. Text is latin-1, one character per byte,
 * so no byte is lost; names are matched byte by byte. Pairs with an empty name count in `count` and appear nowhere else.
 */
export class Params {
  /**
   * The PARAMS stream as received, complete and valid. When it came in one record in one piece this is a view into the
   * received chunk, so it keeps that chunk alive, and a transport that reuses its read buffer must copy first.
   */
  readonly bytes: Buffer;
  /** Pairs in `bytes`, duplicates included. */
  readonly count: number;

  /** Wraps bytes that are known to be whole pairs; use {@link Params.from} for bytes that are not. */
  constructor(bytes: Buffer, count: number) {
    this.bytes = bytes;
    this.count = count;
  }

  /** Wraps a PARAMS stream after checking it. Throws FCGI_PAIRS_MALFORMED when it ends inside a pair. */
  static from(bytes: Buffer): Params {
    const cursor = new PairCursor(bytes);
    let count = 0;
    while (cursor.next()) count += 1;
    if (cursor.position !== bytes.length) {
      throw new FastCgiError('FCGI_PAIRS_MALFORMED', `pairs end inside the pair at byte ${cursor.position}`);
    }
    return new Params(bytes, count);
  }

  /** Finds the value of a variable, the last one if it came more than once. Undefined when it did not come. */
  find(name: string): ByteRange | undefined {
    const cursor = new PairCursor(this.bytes);
    let start = -1;
    let end = -1;
    while (cursor.next()) {
      if (
        cursor.nameEnd - cursor.nameStart === name.length &&
        startsWith(this.bytes, cursor.nameStart, name)
      ) {
        start = cursor.nameEnd;
        end = cursor.valueEnd;
      }
    }
    return start < 0 || name.length === 0 ? undefined : { start, end };
  }

  /** The value of a variable as latin-1 text, the last one if it came more than once. */
  get(name: string): string | undefined {
    const range = this.find(name);
    return range && this.bytes.toString('latin1', range.start, range.end);
  }

  /** The bytes of a variable's value, a view into `bytes`, the last one if it came more than once. */
  getBytes(name: string): Buffer | undefined {
    const range = this.find(name);
    return range && this.bytes.subarray(range.start, range.end);
  }

  /** Whether the variable came at all, even empty. */
  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** All pairs in order, decoded one by one as they are asked for. */
  *entries(): Generator<[name: string, value: string], void, undefined> {
    const cursor = new PairCursor(this.bytes);
    while (cursor.next()) {
      if (cursor.nameEnd === cursor.nameStart) continue;
      yield [
        this.bytes.toString('latin1', cursor.nameStart, cursor.nameEnd),
        this.bytes.toString('latin1', cursor.nameEnd, cursor.valueEnd),
      ];
    }
  }

  /** The same as {@link Params.entries}. */
  [Symbol.iterator](): Generator<[name: string, value: string], void, undefined> {
    return this.entries();
  }

  /** All variables as an object without a prototype; of duplicates the last one stays. */
  toObject(): Record<string, string> {
    const object: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const [name, value] of this.entries()) object[name] = value;
    return object;
  }

  /**
   * Writes all pairs as `name NUL value NUL ...`, the encoding of SCGI, into a new buffer in one pass. Throws
   * FCGI_PARAM_NUL when a name or a value holds a NUL byte.
   *
   * @param offsets if given, three numbers are added for each pair: where in the block its name and its value begin, and
   * where its value ends. So whoever looks values up in the block need not search it for NULs.
   */
  toBlock(offsets?: number[]): Buffer {
    const source = this.bytes;
    // A pair has two length bytes or more and becomes two NULs, so the block is never longer than the source.
    const block = Buffer.allocUnsafe(source.length);
    const cursor = new PairCursor(source);
    let at = 0;
    while (cursor.next()) {
      if (cursor.nameEnd === cursor.nameStart) continue;
      const name = at;
      const value = copyTerminated(source, cursor.nameStart, cursor.nameEnd, block, name);
      at = copyTerminated(source, cursor.nameEnd, cursor.valueEnd, block, value);
      offsets?.push(name, value, at - 1);
    }
    return at === block.length ? block : block.subarray(0, at);
  }
}

/** The variables of a request that has none. */
export const NO_PARAMS: Params = new Params(Buffer.alloc(0), 0);

function startsWith(bytes: Buffer, start: number, name: string): boolean {
  for (let index = 0; index < name.length; index += 1) {
    if (bytes[start + index] !== name.charCodeAt(index)) return false;
  }
  return true;
}

function copyTerminated(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  let out = at;
  if (end - start >= NATIVE_COPY_MIN) {
    const span = source.subarray(start, end);
    if (span.includes(0)) throw nulError(start + span.indexOf(0));
    target.set(span, out);
    out += span.length;
  } else {
    for (let index = start; index < end; index += 1) {
      const byte = source[index] ?? 0;
      if (byte === 0) throw nulError(index);
      target[out] = byte;
      out += 1;
    }
  }
  target[out] = 0;
  return out + 1;
}

function nulError(offset: number): FastCgiError {
  return new FastCgiError('FCGI_PARAM_NUL', `NUL byte in a variable, at byte ${offset} of PARAMS`);
}
