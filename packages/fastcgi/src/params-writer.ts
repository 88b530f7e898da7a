// Lays name-value pairs out in PARAMS records. A pair is never cut in two: several applications cannot read that.
import { HEADER_LENGTH, PARAMS_CONTENT_MAX, RecordType } from './constants.ts';
import { FastCgiError } from './errors.ts';
import { paddingFor, writeRecordHeader, writeStreamEnd } from './record-encoder.ts';

/** The longest name or value whose length takes one byte; other lengths take four. */
export const SHORT_LENGTH_MAX = 127;
/** Enough for the variables of most requests, so that memory is taken once. */
const FIRST_SIZE = 2048;
/** Room that a record's padding, the next header and the final empty record can need behind a pair. */
const TRAILER_MAX = 7 + 2 * HEADER_LENGTH;

/** Bytes of one pair with these lengths, lengths included. */
export function pairLength(nameLength: number, valueLength: number): number {
  const lengthBytes = (nameLength > SHORT_LENGTH_MAX ? 4 : 1) + (valueLength > SHORT_LENGTH_MAX ? 4 : 1);
  return lengthBytes + nameLength + valueLength;
}

/** Writes one length in its shortest form, one byte or four, and returns where it ends (specification 3.4). */
export function writePairLength(target: Uint8Array, at: number, length: number): number {
  if (length <= SHORT_LENGTH_MAX) {
    target[at] = length;
    return at + 1;
  }
  target[at] = (length >>> 24) | 0x80;
  target[at + 1] = length >>> 16;
  target[at + 2] = length >>> 8;
  target[at + 3] = length;
  return at + 4;
}

/** Gives out room for one pair after another and puts the records around them. */
export class ParamsWriter {
  /** Where to write; look at it again after every `makeRoom`. */
  memory: Buffer = Buffer.allocUnsafe(FIRST_SIZE);
  readonly #requestId: number;
  #recordStart = 0;
  #at: number = HEADER_LENGTH;

  constructor(requestId: number) {
    this.#requestId = requestId;
  }

  /** Where in `memory` to write the next pair. Throws FCGI_PAIR_TOO_LONG, and FCGI_PARAM_INVALID for an empty name. */
  makeRoom(nameLength: number, valueLength: number): number {
    const length = pairLength(nameLength, valueLength);
    const requestId = this.#requestId;
    if (nameLength === 0)
      throw new FastCgiError('FCGI_PARAM_INVALID', 'a variable without a name', { requestId });
    if (length > PARAMS_CONTENT_MAX) {
      const seen = `${length} bytes for one name-value pair, at most ${PARAMS_CONTENT_MAX}`;
      throw new FastCgiError('FCGI_PAIR_TOO_LONG', seen, { requestId });
    }
    this.#grow(length + 2 * TRAILER_MAX);
    if (this.#contentLength + length > PARAMS_CONTENT_MAX) this.#closeRecord();
    const at = this.#at;
    this.#at += length;
    return at;
  }

  /** The records, with the empty one that ends the stream. */
  finish(): Buffer {
    this.#grow(TRAILER_MAX);
    if (this.#contentLength > 0) this.#closeRecord();
    return this.memory.subarray(
      0,
      writeStreamEnd(this.memory, this.#recordStart, RecordType.PARAMS, this.#requestId),
    );
  }

  get #contentLength(): number {
    return this.#at - this.#recordStart - HEADER_LENGTH;
  }

  #closeRecord(): void {
    const contentLength = this.#contentLength;
    writeRecordHeader(this.memory, this.#recordStart, RecordType.PARAMS, this.#requestId, contentLength);
    this.#recordStart = this.#at + paddingFor(contentLength);
    this.memory.fill(0, this.#at, this.#recordStart);
    this.#at = this.#recordStart + HEADER_LENGTH;
  }

  #grow(length: number): void {
    if (this.#at + length <= this.memory.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#at + length));
    this.memory.copy(larger, 0, 0, this.#at);
    this.memory = larger;
  }
}
