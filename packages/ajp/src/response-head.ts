// SEND_HEADERS: status, reason and headers of a response, both ways, and the checks they get on the way out.
import { PACKET_SIZE_DEFAULT, ToWebServer } from './constants.ts';
import { CODED_NAME_MARK, RESPONSE_HEADERS } from './coded-names.ts';
import { AjpError } from './errors.ts';
import { isToken, parseContentLength, type HeaderPair } from './header-list.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { PacketWriter } from './packet-encoder.ts';
import type { PayloadReader } from './primitives.ts';

/** Status line and headers of a response. */
export interface ResponseHead {
  /** 200 to 999: AJP has no interim responses. */
  readonly status: number;
  /** Reason phrase; null on the wire (old containers) reads as "". */
  readonly reason: string;
  /** In order, repeats kept. Decoded names are lower-case when they came as a code, else as sent. */
  readonly headers: readonly HeaderPair[];
}

/** What the body of a response may be, found while its head was checked. */
export interface BodyRule {
  /** False for 204, 205 and 304 and for HEAD requests: body bytes are dropped. */
  readonly allowed: boolean;
  /** The content-length stated, null if none was or if no body is allowed. */
  readonly length: number | null;
}

// Packet header, type, status, and the length and NUL of the reason.
const HEAD_OVERHEAD = 10;

/**
 * The SEND_HEADERS packet. It is one packet: AJP_HEAD_TOO_LARGE if it does not fit `packetSize` bytes, with the
 * header named that went over. AJP_INVALID_HEADER for text that cannot be sent and a status outside 200..999.
 */
export function encodeResponseHead(head: ResponseHead, packetSize: number = PACKET_SIZE_DEFAULT): Buffer {
  const { status } = head;
  if (!Number.isInteger(status) || status < 200 || status > 999) {
    throw new AjpError('AJP_INVALID_HEADER', `status ${status} is not from 200 to 999`);
  }
  const sizeMax = HEAD_OVERHEAD + head.reason.length + PacketWriter.headersSizeMax(head.headers);
  const writer = new PacketWriter('toWebServer', packetSize, sizeMax);
  writer.byte(ToWebServer.SEND_HEADERS);
  writer.integer(status);
  writer.string(head.reason);
  writer.headers(head.headers, RESPONSE_HEADERS);
  return writer.finish();
}

/** Reads SEND_HEADERS after its type byte. Throws AJP_MALFORMED_RESPONSE, also for more than `countMax` headers. */
export function readResponseHead(
  reader: PayloadReader,
  countMax: number = DEFAULT_LIMITS.headerCountMax,
): ResponseHead {
  const status = reader.integer();
  if (status < 200 || status > 999) throw reader.malformed(`status ${status}`);
  const reason = reader.string() ?? '';
  const count = reader.integer();
  if (count > countMax) throw reader.malformed(`${count} headers, at most ${countMax} allowed`);
  const headers: HeaderPair[] = [];
  for (let index = 0; index < count; index++) {
    const name = readHeaderName(reader);
    const value = reader.string();
    if (value === null) throw reader.malformed(`null value of header ${JSON.stringify(name)}`);
    headers.push([name, value]);
  }
  return { status, reason, headers };
}

function readHeaderName(reader: PayloadReader): string {
  if (reader.peekByte() === CODED_NAME_MARK) {
    const code = reader.integer() & 0xff;
    const name = RESPONSE_HEADERS.nameOf(code);
    if (name === undefined) throw reader.malformed(`header code ${code}`);
    return name;
  }
  const name = reader.string();
  if (name === null || !isToken(name)) throw reader.malformed('header name is null, empty or not a token');
  return name;
}

/**
 * Finds what body a head allows. Null if its content-length headers are no number or disagree.
 * `method` is the request's.
 */
export function bodyRuleOf(head: ResponseHead, method: string): BodyRule | null {
  let length: number | null = null;
  for (const [name, value] of head.headers) {
    if (name.length !== 14 || name.toLowerCase() !== 'content-length') continue;
    const stated = parseContentLength(value);
    if (stated === null || (length !== null && length !== stated)) return null;
    length = stated;
  }
  const allowed = method !== 'HEAD' && statusAllowsBody(head.status);
  return { allowed, length: allowed ? length : null };
}

/** False for the statuses that have no body whatever the method: 204, 205, 304. */
export function statusAllowsBody(status: number): boolean {
  return status !== 204 && status !== 205 && status !== 304;
}
