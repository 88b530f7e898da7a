// Writes the PARAMS stream of a usual request, all text and in one record, straight into the memory it is sent from.
import { HEADER_LENGTH, PARAMS_CONTENT_MAX, RecordType } from './constants.ts';
import { pairLength, writePairLength } from './params-writer.ts';
import { paddingFor, writePadding, writeRecordHeader, writeStreamEnd } from './record-encoder.ts';
import type { ParamPair } from './params-encoder.ts';

/** From this many characters on the native write is faster than a loop. */
const NATIVE_WRITE_MIN = 64;

const NOT_LATIN1 = /[^\0-\xff]/;

/** The whole stream with its end, or null where pairs are bytes, invalid, or more than one record holds. */
export function encodeTextParams(requestId: number, pairs: readonly ParamPair[]): Buffer | null {
  const length = textLength(pairs);
  if (length === 0 || length > PARAMS_CONTENT_MAX) return null;
  const bytes = Buffer.allocUnsafe(HEADER_LENGTH + length + paddingFor(length) + HEADER_LENGTH);
  let at = writeRecordHeader(bytes, 0, RecordType.PARAMS, requestId, length);
  for (let index = 0; index < pairs.length; index += 1) {
    const pair = pairs[index] as readonly [string, string];
    const name = pair[0];
    const value = pair[1];
    at = writePairLength(bytes, at, name.length);
    at = writePairLength(bytes, at, value.length);
    at = writeLatin1(bytes, at, name);
    if (at > 0) at = writeLatin1(bytes, at, value);
    if (at < 0) return null;
  }
  at = writePadding(bytes, at, paddingFor(length));
  writeStreamEnd(bytes, at, RecordType.PARAMS, requestId);
  return bytes;
}

/** How long all pairs are, or 0 where one of them is bytes or has no name. */
function textLength(pairs: readonly ParamPair[]): number {
  let length = 0;
  for (let index = 0; index < pairs.length; index += 1) {
    const pair = pairs[index] as ParamPair;
    const name = pair[0];
    const value = pair[1];
    if (typeof value !== 'string' || name === '') return 0;
    length += pairLength(name.length, value.length);
  }
  return length;
}

/** Returns where the text ends, or -1 where a character is none of latin-1. */
function writeLatin1(target: Buffer, at: number, text: string): number {
  const { length } = text;
  if (length >= NATIVE_WRITE_MIN) return NOT_LATIN1.test(text) ? -1 : at + target.write(text, at, 'latin1');
  let seen = 0;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    seen |= code;
    target[at + index] = code;
  }
  return seen > 0xff ? -1 : at + length;
}
