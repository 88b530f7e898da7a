// Everything a container says but SEND_HEADERS' contents: writing its packets, and reading any of them.
import {
  BODY_CHUNK_OVERHEAD,
  BODY_DATA_OVERHEAD,
  Magic,
  PACKET_HEADER_BYTES,
  PACKET_SIZE_DEFAULT,
  ToContainer,
  ToWebServer,
} from './constants.ts';
import { AjpError } from './errors.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { PayloadReader } from './primitives.ts';
import { readResponseHead, type ResponseHead } from './response-head.ts';

/** A packet from the container, decoded. */
export type ResponseMessage =
  | { readonly type: 'head'; readonly head: ResponseHead }
  | {
      readonly type: 'bodyChunk';
      /** A view of the payload; empty means: pass on what you have. */
      readonly data: Buffer;
    }
  | {
      readonly type: 'bodyWanted';
      /** Most bytes the container wants in the next body packet. */
      readonly countMax: number;
    }
  | {
      readonly type: 'end';
      /** True if the connection may carry another request. */
      readonly reuse: boolean;
    }
  | { readonly type: 'pong' };

/** CPING: is anybody there? Allowed only while the container waits for a request. */
export const PING: Buffer = Buffer.from([0x12, 0x34, 0, 1, ToContainer.CPING]);

/** CPONG, the answer to CPING. */
export const PONG: Buffer = Buffer.from([0x41, 0x42, 0, 1, ToWebServer.CPONG]);

/** SEND_BODY_CHUNK without data: the front passes on what it has. Not an end. */
export const FLUSH: Buffer = Buffer.from([0x41, 0x42, 0, 4, ToWebServer.SEND_BODY_CHUNK, 0, 0, 0]);

/** END_RESPONSE, connection kept. */
export const END_REUSE: Buffer = Buffer.from([0x41, 0x42, 0, 2, ToWebServer.END_RESPONSE, 1]);

/** END_RESPONSE, connection about to be closed. */
export const END_CLOSE: Buffer = Buffer.from([0x41, 0x42, 0, 2, ToWebServer.END_RESPONSE, 0]);

const NO_LEAD: Buffer = Buffer.alloc(0);

/** GET_BODY_CHUNK for as much as one body packet of `packetSize` bytes holds. Never 0 and never FFFF: mod_jk trips over both. */
export function encodeBodyWanted(packetSize: number = PACKET_SIZE_DEFAULT): Buffer {
  const packet = Buffer.from([0x41, 0x42, 0, 3, ToWebServer.GET_BODY_CHUNK, 0, 0]);
  packet.writeUInt16BE(packetSize - BODY_DATA_OVERHEAD, 5);
  return packet;
}

/**
 * Frames body bytes as SEND_BODY_CHUNK packets in one new buffer: `lead` in front, then the parts end to end in
 * chunks as large as `packetSize` allows, then `trailer`. Each chunk ends in the NUL that only the packet length
 * counts: mod_proxy_ajp insists on it.
 */
export function encodeBodyChunks(
  parts: readonly Uint8Array[],
  packetSize: number = PACKET_SIZE_DEFAULT,
  lead: Buffer = NO_LEAD,
  trailer: Buffer = NO_LEAD,
): Buffer {
  const dataMax = packetSize - BODY_CHUNK_OVERHEAD;
  let left = 0;
  for (const part of parts) left += part.length;
  const chunkCount = Math.ceil(left / dataMax);
  const out = Buffer.allocUnsafe(lead.length + left + chunkCount * BODY_CHUNK_OVERHEAD + trailer.length);
  let at = lead.copy(out, 0);
  let room = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length;) {
      if (room === 0) {
        room = Math.min(left, dataMax);
        at = writeChunkHeader(out, at, room);
      }
      const count = Math.min(room, part.length - from);
      out.set(count === part.length ? part : part.subarray(from, from + count), at);
      at += count;
      from += count;
      left -= count;
      room -= count;
      if (room === 0) out[at++] = 0;
    }
  }
  trailer.copy(out, at);
  return out;
}

function writeChunkHeader(out: Buffer, start: number, length: number): number {
  let at = out.writeUInt16BE(Magic.toWebServer, start);
  at = out.writeUInt16BE(length + BODY_CHUNK_OVERHEAD - PACKET_HEADER_BYTES, at);
  at = out.writeUInt8(ToWebServer.SEND_BODY_CHUNK, at);
  return out.writeUInt16BE(length, at);
}

/**
 * Decodes one payload from a container. Throws AJP_MALFORMED_RESPONSE, or AJP_UNEXPECTED_PACKET for an unknown type.
 * Tolerated because real containers do it: a chunk without its NUL, a null reason phrase.
 */
export function decodeResponseMessage(
  payload: Buffer,
  headerCountMax: number = DEFAULT_LIMITS.headerCountMax,
): ResponseMessage {
  const reader = new PayloadReader(payload, 'AJP_MALFORMED_RESPONSE', false);
  const type = reader.byte();
  switch (type) {
    case ToWebServer.SEND_HEADERS:
      return { type: 'head', head: readResponseHead(reader, headerCountMax) };
    case ToWebServer.SEND_BODY_CHUNK:
      return { type: 'bodyChunk', data: readBodyChunk(reader, payload) };
    case ToWebServer.GET_BODY_CHUNK:
      return { type: 'bodyWanted', countMax: reader.integer() };
    case ToWebServer.END_RESPONSE:
      return { type: 'end', reuse: reader.boolean() };
    case ToWebServer.CPONG:
      return { type: 'pong' };
    default:
      throw new AjpError('AJP_UNEXPECTED_PACKET', `packet type ${type} from a container`);
  }
}

const CHUNK_DATA_OFFSET = 3;

function readBodyChunk(reader: PayloadReader, payload: Buffer): Buffer {
  const length = reader.integer();
  const rest = reader.remaining;
  if (rest !== length + 1 && rest !== length) {
    throw reader.malformed(`chunk says ${length} bytes, ${rest} follow (one of them a NUL)`);
  }
  return payload.subarray(CHUNK_DATA_OFFSET, CHUNK_DATA_OFFSET + length);
}
