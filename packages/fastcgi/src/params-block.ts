// Turns a block of `name NUL value NUL ...` into a PARAMS stream, without decoding it.
import { HEADER_LENGTH, PARAMS_CONTENT_MAX, RecordType } from './constants.ts';
import { FastCgiError } from './errors.ts';
import { ParamsWriter, SHORT_LENGTH_MAX, writePairLength } from './params-writer.ts';
import { paddingFor, writePadding, writeRecordHeader, writeStreamEnd } from './record-encoder.ts';

/** What two long lengths take more than the two NULs that they stand for. */
const LONGER_BY = 6;

/**
 * Encodes a whole PARAMS stream from a block of `name NUL value NUL ...`, see `Params.toBlock`, without decoding it.
 * Throws as `encodeParams` does, and FCGI_PARAM_INVALID for a block that does not end after a value.
 */
export function encodeBlockParams(requestId: number, block: Buffer): Buffer {
  return encodeOneRecord(requestId, block) ?? encodeAnyPairs(requestId, block);
}

/** In one pass over the block, as nearly all blocks can be. Null where it is no whole block, or more than one record holds. */
function encodeOneRecord(requestId: number, block: Buffer): Buffer | null {
  const { length } = block;
  const contentMax = length + LONGER_BY * Math.floor(length / SHORT_LENGTH_MAX);
  if (contentMax > PARAMS_CONTENT_MAX || block[length - 1] !== 0) return null;
  const bytes = Buffer.allocUnsafe(HEADER_LENGTH + contentMax + paddingFor(contentMax) + HEADER_LENGTH);
  let out = HEADER_LENGTH;
  for (let at = 0; at < length;) {
    const nameLength = copyShort(block, at, bytes, out + 2);
    const valueAt = at + nameLength + 1;
    const valueLength = nameLength < 0 ? -1 : copyShort(block, valueAt, bytes, out + 2 + nameLength);
    if (nameLength === 0 || valueAt === length) return null;
    if (valueLength < 0) {
      const nameEnd = block.indexOf(0, at);
      const valueEnd = block.indexOf(0, nameEnd + 1);
      if (valueEnd < 0) return null;
      out = copyPair(block, at, nameEnd, valueEnd, bytes, out);
      at = valueEnd + 1;
    } else {
      bytes[out] = nameLength;
      bytes[out + 1] = valueLength;
      out += 2 + nameLength + valueLength;
      at = valueAt + valueLength + 1;
    }
  }
  const contentLength = out - HEADER_LENGTH;
  writeRecordHeader(bytes, 0, RecordType.PARAMS, requestId, contentLength);
  out = writePadding(bytes, out, paddingFor(contentLength));
  return bytes.subarray(0, writeStreamEnd(bytes, out, RecordType.PARAMS, requestId));
}

/** Copies up to the next NUL, and returns how many bytes that were, or -1 where they are too many for a short length. */
function copyShort(source: Buffer, start: number, target: Buffer, at: number): number {
  for (let length = 0; length <= SHORT_LENGTH_MAX; length += 1) {
    const byte = source[start + length] ?? 0;
    if (byte === 0) return length;
    target[at + length] = byte;
  }
  return -1;
}

/** Writes a pair of any lengths at `at` and returns where it ends. */
function copyPair(
  block: Buffer,
  start: number,
  nameEnd: number,
  valueEnd: number,
  target: Buffer,
  at: number,
): number {
  const nameLength = nameEnd - start;
  const valueLength = valueEnd - nameEnd - 1;
  const nameAt = writePairLength(target, writePairLength(target, at, nameLength), valueLength);
  block.copy(target, nameAt, start, nameEnd);
  block.copy(target, nameAt + nameLength, nameEnd + 1, valueEnd);
  return nameAt + nameLength + valueLength;
}

function encodeAnyPairs(requestId: number, block: Buffer): Buffer {
  const writer = new ParamsWriter(requestId);
  let start = 0;
  while (start < block.length) {
    const nameEnd = block.indexOf(0, start);
    const valueEnd = nameEnd < 0 ? -1 : block.indexOf(0, nameEnd + 1);
    if (valueEnd < 0)
      throw new FastCgiError('FCGI_PARAM_INVALID', 'a block that ends inside a pair', { requestId });
    const valueLength = valueEnd - nameEnd - 1;
    const at = writer.makeRoom(nameEnd - start, valueLength);
    copyPair(block, start, nameEnd, valueEnd, writer.memory, at);
    start = valueEnd + 1;
  }
  return writer.finish();
}
