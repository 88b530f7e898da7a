// Writes the PARAMS stream of a usual request, all text and in one record, straight into the memory it is sent from.
import { HEADER_LENGTH, PARAMS_CONTENT_MAX, RecordType } from './constants.ts';
import { SHORT_LENGTH_MAX } from './params-writer.ts';
import { paddingFor, writePadding, writeRecordHeader, writeStreamEnd } from './record-encoder.ts';
import type { ParamPair } from './params-encoder.ts';

const NOT_LATIN1 = /[^\0-\xff]/;

/**
 * The whole stream with its end, or null where pairs are bytes, invalid, or more than one record holds. The pairs are put
 * together as text, because one native write is cheaper than a loop over the characters, or a write for each pair.
 */
export function encodeTextParams(requestId: number, pairs: readonly ParamPair[]): Buffer | null {
  let text = '';
  for (let index = 0; index < pairs.length; index += 1) {
    const pair = pairs[index] as ParamPair;
    const name = pair[0];
    const value = pair[1];
    if (typeof value !== 'string' || name === '') return null;
    text += lengthsText(name.length, value.length);
    text += name;
    text += value;
  }
  const { length } = text;
  if (length === 0 || length > PARAMS_CONTENT_MAX || NOT_LATIN1.test(text)) return null;
  const padding = paddingFor(length);
  const bytes = Buffer.allocUnsafe(HEADER_LENGTH + length + padding + HEADER_LENGTH);
  const content = writeRecordHeader(bytes, 0, RecordType.PARAMS, requestId, length);
  bytes.write(text, content, 'latin1');
  writeStreamEnd(bytes, writePadding(bytes, content + length, padding), RecordType.PARAMS, requestId);
  return bytes;
}

/** By length of the name and of the value, made when they are first needed. */
const shortLengths: (readonly string[] | undefined)[] = [];

/** Both lengths of a pair as characters, one for each byte (specification 3.4). */
function lengthsText(nameLength: number, valueLength: number): string {
  if (nameLength > SHORT_LENGTH_MAX || valueLength > SHORT_LENGTH_MAX) {
    return lengthText(nameLength) + lengthText(valueLength);
  }
  const row = (shortLengths[nameLength] ??= Array.from(
    { length: SHORT_LENGTH_MAX + 1 },
    (_, other) => lengthText(nameLength) + lengthText(other),
  ));
  return row[valueLength] as string;
}

function lengthText(length: number): string {
  if (length <= SHORT_LENGTH_MAX) return String.fromCharCode(length);
  return String.fromCharCode(
    (length >>> 24) | 0x80,
    (length >>> 16) & 0xff,
    (length >>> 8) & 0xff,
    length & 0xff,
  );
}
