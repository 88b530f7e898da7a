// Body data packets, the only packets without a type byte: both encodings of the end, and lighttpd's framing.
import { BODY_DATA_OVERHEAD, Magic, PACKET_HEADER_BYTES, PACKET_SIZE_DEFAULT } from './constants.ts';
import { AjpError } from './errors.ts';

/**
 * How a front frames body data: `standard` puts an inner length before it, `raw` (lighttpd's mod_ajp13) does not.
 * `auto` decides by the first body packet of a connection.
 */
export type BodyFraming = 'standard' | 'raw' | 'auto';

const INNER_LENGTH_BYTES = 2;
const NOTHING = Buffer.alloc(0);

// lighttpd's packet size is fixed, and its first packet holds as much of the body as fits.
const RAW_DATA_MAX = PACKET_SIZE_DEFAULT - PACKET_HEADER_BYTES;

/** End of the request body as mod_jk writes it; mod_proxy_ajp writes 12 34 00 02 00 00 instead. */
export const BODY_END: Buffer = Buffer.from([0x12, 0x34, 0, 0]);

/**
 * Tells from the first body packet of a connection how its front frames data.
 * Raw only if the inner length is wrong and the packet is exactly as long as lighttpd would make it; `remaining` is
 * the content-length, null if unknown (lighttpd always knows it). Only the front's own request depends on
 * the guess: packets are counted alike either way.
 */
export function detectBodyFraming(payload: Buffer, remaining: number | null): 'standard' | 'raw' {
  const hasInnerLength =
    payload.length >= INNER_LENGTH_BYTES && payload.readUInt16BE(0) === payload.length - INNER_LENGTH_BYTES;
  if (hasInnerLength || remaining === null) return 'standard';
  return payload.length === Math.min(remaining, RAW_DATA_MAX) ? 'raw' : 'standard';
}

/**
 * The data of a body packet, a view of the payload; empty means end of body (in either encoding).
 * Throws AJP_MALFORMED_BODY if the inner length is missing or promises more than is there, and when strict also if
 * it covers less.
 */
export function decodeBodyPacket(payload: Buffer, framing: 'standard' | 'raw', strict = true): Buffer {
  if (payload.length === 0) return NOTHING;
  if (framing === 'raw') return payload;
  if (payload.length < INNER_LENGTH_BYTES) {
    throw new AjpError('AJP_MALFORMED_BODY', 'body packet too short for its inner length');
  }
  const length = payload.readUInt16BE(0);
  const available = payload.length - INNER_LENGTH_BYTES;
  if (length > available || (strict && length < available)) {
    throw new AjpError('AJP_MALFORMED_BODY', `body packet says ${length} bytes but has ${available}`);
  }
  return payload.subarray(INNER_LENGTH_BYTES, INNER_LENGTH_BYTES + length);
}

/**
 * One body data packet around a copy of `data`, which must not be empty (see `BODY_END`).
 * Throws AJP_HEAD_TOO_LARGE if it does not fit `packetSize` bytes.
 */
export function encodeBodyPacket(data: Uint8Array, packetSize: number = PACKET_SIZE_DEFAULT): Buffer {
  if (data.length + BODY_DATA_OVERHEAD > packetSize) {
    throw new AjpError(
      'AJP_HEAD_TOO_LARGE',
      `${data.length} body bytes do not fit a ${packetSize}-byte packet`,
    );
  }
  const packet = Buffer.allocUnsafe(data.length + BODY_DATA_OVERHEAD);
  packet.writeUInt16BE(Magic.toContainer, 0);
  packet.writeUInt16BE(data.length + INNER_LENGTH_BYTES, 2);
  packet.writeUInt16BE(data.length, PACKET_HEADER_BYTES);
  packet.set(data, BODY_DATA_OVERHEAD);
  return packet;
}
