// Reads FILE frames (docs/reference/worker-wire.md section 4): a head, and the place of a body.

import type { FileRange } from '../../exchange/delivery.ts';
import { FILE_PATH_LIMIT, FILE_PLACE_BYTES, RESPONSE_HEAD_LIMIT, WireError } from './frames.ts';

/** Largest payload of a FILE, in bytes. */
export const FILE_LIMIT: number = 4 + RESPONSE_HEAD_LIMIT + FILE_PLACE_BYTES + FILE_PATH_LIMIT;

const SLASH = 47;

/** What a FILE says. The buffers are views of the payload. */
export interface FileFrame {
  readonly head: Buffer;
  readonly file: FileRange;
}

/** Takes the payload of a FILE apart. Throws a WireError if it is not one. */
export function parseFile(payload: Buffer): FileFrame {
  const headLength = payload.length < 4 ? Infinity : payload.readUInt32BE(0);
  const placeAt = 4 + headLength;
  const pathAt = placeAt + FILE_PLACE_BYTES;
  if (pathAt > payload.length) throw new WireError(`FILE of ${payload.length} bytes without a place`);
  if (headLength > RESPONSE_HEAD_LIMIT) throw new WireError(`FILE with a head of ${headLength} bytes`);
  const path = payload.subarray(pathAt);
  if (path[0] !== SLASH || path.includes(0) || path.length > FILE_PATH_LIMIT) {
    throw new WireError('FILE with a path that is not absolute, too long, or contains NUL');
  }
  return {
    head: payload.subarray(4, placeAt),
    file: {
      path,
      device: payload.readBigUInt64BE(placeAt),
      inode: payload.readBigUInt64BE(placeAt + 8),
      offsetBytes: safeNumber(payload.readBigUInt64BE(placeAt + 16)),
      sizeBytes: safeNumber(payload.readBigUInt64BE(placeAt + 24)),
    },
  };
}

function safeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new WireError(`FILE with the number ${value}`);
  return number;
}
