// Writes records into buffers. Every header of this package is written by `writeRecordHeader`, and nowhere else.
import {
  ALIGNMENT,
  CONTENT_LENGTH_MAX,
  FIXED_BODY_LENGTH,
  HEADER_LENGTH,
  KEEP_CONN,
  RecordType,
  STREAM_CONTENT_MAX,
  VERSION,
  type ProtocolStatus,
  type Role,
  type StreamType,
} from './constants.ts';
import { FastCgiError } from './errors.ts';
import { takeMemory } from './memory.ts';

/** Bytes of a record with a fixed body. */
export const FIXED_RECORD_LENGTH: number = HEADER_LENGTH + FIXED_BODY_LENGTH;

/** Padding that makes a record with this much content a multiple of 8 long, 0 to 7. */
export function paddingFor(contentLength: number): number {
  return -contentLength & (ALIGNMENT - 1);
}

/**
 * Writes a record header at `at` and returns where its content begins. Throws FCGI_RECORD_TOO_LONG when the length does
 * not fit its 16 bits; nothing is ever cut or wrapped.
 */
export function writeRecordHeader(
  target: Uint8Array,
  at: number,
  type: number,
  requestId: number,
  contentLength: number,
): number {
  if (contentLength > CONTENT_LENGTH_MAX) {
    throw new FastCgiError(
      'FCGI_RECORD_TOO_LONG',
      `${contentLength} bytes for one record, at most ${CONTENT_LENGTH_MAX}`,
    );
  }
  target[at] = VERSION;
  target[at + 1] = type;
  target[at + 2] = requestId >>> 8;
  target[at + 3] = requestId;
  target[at + 4] = contentLength >>> 8;
  target[at + 5] = contentLength;
  target[at + 6] = paddingFor(contentLength);
  target[at + 7] = 0;
  return at + HEADER_LENGTH;
}

/** Bytes that `length` bytes of a stream take as records, padding included, its end not included. */
export function streamLength(length: number): number {
  const full = Math.floor(length / STREAM_CONTENT_MAX);
  const rest = length % STREAM_CONTENT_MAX;
  const restLength = rest === 0 ? 0 : HEADER_LENGTH + rest + paddingFor(rest);
  return full * (HEADER_LENGTH + STREAM_CONTENT_MAX) + restLength;
}

/**
 * Writes the concatenation of `parts`, `length` bytes in all, as records of one stream and returns where they end. Room
 * needed: {@link streamLength}.
 */
export function writeStream(
  target: Uint8Array,
  at: number,
  type: StreamType,
  requestId: number,
  parts: readonly Uint8Array[],
  length: number,
): number {
  let left = length;
  let recordEnd = at;
  let out = at;
  for (const part of parts) {
    let taken = 0;
    while (taken < part.length) {
      if (out === recordEnd) {
        const contentLength = Math.min(left, STREAM_CONTENT_MAX);
        out = writeRecordHeader(target, out, type, requestId, contentLength);
        recordEnd = out + contentLength;
        left -= contentLength;
      }
      const size = Math.min(part.length - taken, recordEnd - out);
      target.set(size === part.length ? part : part.subarray(taken, taken + size), out);
      taken += size;
      out += size;
    }
  }
  return writePadding(target, out, paddingFor(length % STREAM_CONTENT_MAX));
}

/** Writes the empty record that ends a stream. */
export function writeStreamEnd(target: Uint8Array, at: number, type: StreamType, requestId: number): number {
  return writeRecordHeader(target, at, type, requestId, 0);
}

/** Writes END_REQUEST (specification 5.5). `appStatus` is taken modulo 2^32, so that -1 is an exit code as well. */
export function writeEndRequest(
  target: Uint8Array,
  at: number,
  requestId: number,
  appStatus: number,
  protocolStatus: ProtocolStatus,
): number {
  const body = writeRecordHeader(target, at, RecordType.END_REQUEST, requestId, FIXED_BODY_LENGTH);
  target[body] = appStatus >>> 24;
  target[body + 1] = appStatus >>> 16;
  target[body + 2] = appStatus >>> 8;
  target[body + 3] = appStatus;
  target[body + 4] = protocolStatus;
  return writePadding(target, body + 5, 3);
}

/** Writes BEGIN_REQUEST (specification 5.1). */
export function writeBeginRequest(
  target: Uint8Array,
  at: number,
  requestId: number,
  role: Role,
  keepConnection: boolean,
): number {
  const body = writeRecordHeader(target, at, RecordType.BEGIN_REQUEST, requestId, FIXED_BODY_LENGTH);
  target[body] = role >>> 8;
  target[body + 1] = role;
  target[body + 2] = keepConnection ? KEEP_CONN : 0;
  return writePadding(target, body + 3, 5);
}

/** Encodes one record of any type, padded to a multiple of 8. Throws FCGI_RECORD_TOO_LONG above 65535 bytes. */
export function encodeRecord(type: number, requestId: number, content: Uint8Array): Buffer {
  const padding = paddingFor(content.length);
  const record = takeMemory(HEADER_LENGTH + content.length + padding);
  const body = writeRecordHeader(record, 0, type, requestId, content.length);
  record.set(content, body);
  writePadding(record, body + content.length, padding);
  return record;
}

/** Encodes stream content as records of at most 32 KiB, without the end of the stream. */
export function encodeStream(type: StreamType, requestId: number, content: Uint8Array): Buffer {
  const records = takeMemory(streamLength(content.length));
  writeStream(records, 0, type, requestId, [content], content.length);
  return records;
}

/** Encodes the end of a stream. */
export function encodeStreamEnd(type: StreamType, requestId: number): Buffer {
  return encodeRecord(type, requestId, Buffer.alloc(0));
}

/** Encodes END_REQUEST. */
export function encodeEndRequest(
  requestId: number,
  appStatus: number,
  protocolStatus: ProtocolStatus,
): Buffer {
  const record = Buffer.allocUnsafe(FIXED_RECORD_LENGTH);
  writeEndRequest(record, 0, requestId, appStatus, protocolStatus);
  return record;
}

/**
 * Encodes eight bytes that no record begins with. A web server that takes the bare end of a connection for the end of the
 * answer (nginx does, unless it keeps connections) takes this for the error it is; one that skips it sees the end next.
 */
export function encodeBreak(requestId: number): Buffer {
  const bytes = Buffer.alloc(HEADER_LENGTH);
  bytes.writeUInt16BE(requestId, 2);
  return bytes;
}

/** Encodes BEGIN_REQUEST. */
export function encodeBeginRequest(requestId: number, role: Role, keepConnection: boolean): Buffer {
  const record = Buffer.allocUnsafe(FIXED_RECORD_LENGTH);
  writeBeginRequest(record, 0, requestId, role, keepConnection);
  return record;
}

/** Encodes ABORT_REQUEST (specification 5.4). */
export function encodeAbortRequest(requestId: number): Buffer {
  return encodeRecord(RecordType.ABORT_REQUEST, requestId, Buffer.alloc(0));
}

/** Writes zeros and returns where they end; a loop, because there are seven at most. */
export function writePadding(target: Uint8Array, at: number, length: number): number {
  for (let index = 0; index < length; index += 1) target[at + index] = 0;
  return at + length;
}
