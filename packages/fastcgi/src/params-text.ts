// Writes the PARAMS stream of a usual request, all text and in one record, as one string: one native write for all pairs.
import { HEADER_LENGTH, PARAMS_CONTENT_MAX, RecordType } from './constants.ts';
import type { ParamPair } from './params-encoder.ts';
import { paddingFor, writeRecordHeader, writeStreamEnd } from './record-encoder.ts';

const SHORT_LENGTHS: readonly string[] = Array.from({ length: 128 }, (_, length) =>
  String.fromCharCode(length),
);
const NOT_LATIN1 = /[^\0-\xff]/;

/** The whole stream with its end, or null where pairs are bytes, invalid, or more than one record holds. */
export function encodeTextParams(requestId: number, pairs: readonly ParamPair[]): Buffer | null {
  let text = '';
  for (const [name, value] of pairs) {
    if (typeof value !== 'string' || name === '') return null;
    // A cut in time: what is too long for a record is not put together first.
    if (value.length > PARAMS_CONTENT_MAX) return null;
    text += lengthText(name.length) + lengthText(value.length) + name + value;
  }
  const { length } = text;
  if (length === 0 || length > PARAMS_CONTENT_MAX || NOT_LATIN1.test(text)) return null;
  const end = HEADER_LENGTH + length + paddingFor(length);
  const bytes = Buffer.allocUnsafe(end + HEADER_LENGTH);
  writeRecordHeader(bytes, 0, RecordType.PARAMS, requestId, length);
  bytes.write(text, HEADER_LENGTH, 'latin1');
  bytes.fill(0, HEADER_LENGTH + length, end);
  writeStreamEnd(bytes, end, RecordType.PARAMS, requestId);
  return bytes;
}

/** A length in its shortest form, one byte or four, one character for each (specification 3.4). */
function lengthText(length: number): string {
  return (
    SHORT_LENGTHS[length] ??
    String.fromCharCode((length >>> 24) | 0x80, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff)
  );
}
