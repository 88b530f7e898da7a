// The frames of the worker wire, as docs/reference/worker-wire.md describes them: names, limits, encoding.

/** Bytes in front of every payload (section 2). */
export const HEADER_BYTES = 8;

/** Frame types (sections 3 to 6, 10 and 11). */
export const FRAME = {
  request: 1,
  requestBody: 2,
  response: 16,
  responseBody: 17,
  failed: 18,
  log: 19,
  file: 20,
  recall: 32,
  cancel: 33,
  ready: 48,
  returned: 49,
  loadFailed: 50,
  fork: 64,
  release: 65,
  meeting: 66,
  loaded: 80,
  forked: 81,
  forkFailed: 82,
  exited: 83,
  stop: 84,
  hello: 96,
} as const;

/** Flags (section 2). */
export const FLAG = { end: 1, file: 2, stream: 4, broken: 8, cancelled: 16 } as const;

/** Largest head of a RESPONSE in bytes (section 4). Its body is passed on as it comes and needs no limit. */
export const RESPONSE_HEAD_LIMIT = 262_144;

/** Largest path, in bytes, in a FILE (section 4). */
export const FILE_PATH_LIMIT = 4_096;

/** Bytes in front of that path: device, inode, offset, length. */
export const FILE_PLACE_BYTES = 32;

/** Largest payload, in bytes, of a frame that is text or a block (sections 4 and 6). */
export const TEXT_LIMIT = 262_144;

/** Largest payload, in bytes, of READY and RETURNED (section 6). */
export const CONTROL_LIMIT = 65_536;

/** Bytes of the token that a forked worker shows (section 10). */
export const TOKEN_BYTES = 32;

/** Largest payload, in bytes, of a BODY frame the gateway sends (section 3). */
export const REQUEST_BODY_LIMIT = 1_048_576;

/** A worker that broke the wire's rules. It is not talked to any more. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}

function writeHeader(into: Buffer, length: number, type: number, flags: number, tag: number): void {
  into.writeUInt32BE(length, 0);
  into[4] = type;
  into[5] = flags;
  into.writeUInt16BE(tag, 6);
}

/** The header of a frame whose payload of so many bytes is sent behind it. */
export function encodeHeader(type: number, flags: number, tag: number, payloadBytes: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  writeHeader(header, payloadBytes, type, flags, tag);
  return header;
}

/** A frame with the given payload, in one buffer. */
export function encodeFrame(type: number, flags: number, tag: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  writeHeader(frame, payload.length, type, flags, tag);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/** Variables, as far as a frame needs them. */
export interface WritableBlock {
  readonly byteLength: number;
  writeInto(target: Buffer, at: number): number;
}

/**
 * A REQUEST frame (section 3) up to where its rest begins: the body, or with `FLAG.file` the path of the file it is in,
 * or with `FLAG.stream` nothing.
 */
export function encodeRequestStart(
  tag: number,
  flags: number,
  variables: WritableBlock,
  restBytes: number,
): Buffer {
  const startBytes = 4 + variables.byteLength;
  const start = Buffer.allocUnsafe(HEADER_BYTES + startBytes);
  writeHeader(start, startBytes + restBytes, FRAME.request, flags, tag);
  start.writeUInt32BE(variables.byteLength, HEADER_BYTES);
  variables.writeInto(start, HEADER_BYTES + 4);
  return start;
}
