// Writes name-value pairs and PARAMS records. A pair is never cut in two: several applications cannot read that.
import { HEADER_LENGTH, PARAMS_CONTENT_MAX, RecordType } from './constants.ts';
import { FastCgiError } from './errors.ts';
import { paddingFor, writeRecordHeader, writeStreamEnd } from './record-encoder.ts';

/** A variable to send. Text is written as latin-1; bytes are sent as they are. */
export type ParamPair = readonly [name: string, value: string | Uint8Array];

const SHORT_LENGTH_MAX = 127;
const LATIN1_ONLY = /^[\0-\xff]*$/;

/** Bytes of one pair with these lengths, lengths included. */
export function pairLength(nameLength: number, valueLength: number): number {
  return (
    nameLength +
    valueLength +
    (nameLength > SHORT_LENGTH_MAX ? 4 : 1) +
    (valueLength > SHORT_LENGTH_MAX ? 4 : 1)
  );
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

/** Encodes pairs one after another, without records. Throws FCGI_PARAM_INVALID for text that is not latin-1. */
export function encodePairs(pairs: Iterable<ParamPair>): Buffer {
  const list = [...pairs];
  let length = 0;
  for (const [name, value] of list) length += pairLength(name.length, value.length);
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const [name, value] of list) at = writePair(bytes, at, name, value);
  return bytes;
}

/**
 * Encodes a whole PARAMS stream, its end included. Everything goes into one record if it fits 65528 bytes, otherwise
 * into several, each with whole pairs. Throws FCGI_PAIR_TOO_LONG for a pair that fits no record, FCGI_PARAM_INVALID for
 * an empty name or text that is not latin-1.
 */
export function encodeParams(requestId: number, pairs: Iterable<ParamPair>): Buffer {
  const list = [...pairs];
  const contentLengths: number[] = [];
  let open = 0;
  for (const [name, value] of list) {
    const length = pairLength(name.length, value.length);
    checkPair(name, length, requestId);
    if (open + length > PARAMS_CONTENT_MAX) {
      contentLengths.push(open);
      open = 0;
    }
    open += length;
  }
  if (open > 0) contentLengths.push(open);
  let total = HEADER_LENGTH;
  for (const length of contentLengths) total += HEADER_LENGTH + length + paddingFor(length);
  const records = Buffer.alloc(total);
  let at = 0;
  let next = 0;
  for (const contentLength of contentLengths) {
    at = writeRecordHeader(records, at, RecordType.PARAMS, requestId, contentLength);
    const end = at + contentLength;
    while (at < end) {
      const [name, value] = list[next] as ParamPair;
      at = writePair(records, at, name, value);
      next += 1;
    }
    at += paddingFor(contentLength);
  }
  writeStreamEnd(records, at, RecordType.PARAMS, requestId);
  return records;
}

function writePair(target: Buffer, at: number, name: string, value: string | Uint8Array): number {
  const nameAt = writePairLength(target, writePairLength(target, at, name.length), value.length);
  const valueAt = nameAt + writeLatin1(target, nameAt, name);
  if (typeof value === 'string') return valueAt + writeLatin1(target, valueAt, value);
  target.set(value, valueAt);
  return valueAt + value.length;
}

function writeLatin1(target: Buffer, at: number, text: string): number {
  if (!LATIN1_ONLY.test(text)) {
    throw new FastCgiError(
      'FCGI_PARAM_INVALID',
      'a variable holds a character outside latin-1; encode it to bytes first',
    );
  }
  return target.write(text, at, 'latin1');
}

function checkPair(name: string, length: number, requestId: number): void {
  if (name.length === 0)
    throw new FastCgiError('FCGI_PARAM_INVALID', 'a variable without a name', { requestId });
  if (length > PARAMS_CONTENT_MAX) {
    throw new FastCgiError(
      'FCGI_PAIR_TOO_LONG',
      `${length} bytes for one name-value pair, at most ${PARAMS_CONTENT_MAX}`,
      { requestId },
    );
  }
}
