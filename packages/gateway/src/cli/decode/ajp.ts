// AJP packets in words: those of a web server, and those of a container (AJP 1.3).
import {
  AjpError,
  decodeBodyPacket,
  decodeForwardRequest,
  decodeResponseMessage,
  Magic,
  PACKET_HEADER_BYTES,
  ToContainer,
  type Direction,
  type ForwardRequest,
} from '@sluice/ajp/codec';
import { preview } from '../commands/format.ts';
import { DecodeError, pairLines, type Line } from './line.ts';

interface Packet {
  readonly at: number;
  readonly payload: Buffer;
}

/** More than any server takes: what is looked at here may be what one has refused. */
const HEADERS_MAX = 10_000;
const LIMITS = { headerCountMax: HEADERS_MAX, attributeCountMax: HEADERS_MAX };

/** Says what a web server has sent: requests, their bodies, pings. */
export function* decodeAjpRequests(bytes: Buffer): Generator<Line> {
  /** How much of a body is to come: packets have no type then. Infinity if that is not known. */
  let bodyLeft = 0;
  for (const { at, payload } of packetsOf(bytes, 'toContainer')) {
    const start = `${payload.length} bytes`;
    if (bodyLeft > 0) {
      const data = attempt(at, 'body', () => decodeBodyPacket(payload, 'standard', false));
      bodyLeft = data.length === 0 ? 0 : bodyLeft - data.length;
      yield { at, text: data.length === 0 ? `body, ${start}: the end` : `body, ${start}: ${preview(data)}` };
      continue;
    }
    const [type] = payload;
    if (type === ToContainer.FORWARD_REQUEST) {
      const request = attempt(at, 'FORWARD_REQUEST', () => {
        return decodeForwardRequest(payload, { strict: false, limits: LIMITS });
      });
      bodyLeft = bodyBytes(request);
      yield {
        at,
        text: `FORWARD_REQUEST, ${start}: ${request.method} ${request.uri} ${request.protocol}`,
        details: requestLines(request),
      };
    } else {
      yield { at, text: payload.length === 0 ? 'an empty packet' : `${typeName(type)}, ${start}` };
    }
  }
}

/** Says what a container has sent: heads, bodies, what it asks for. */
export function* decodeAjpResponses(bytes: Buffer): Generator<Line> {
  for (const { at, payload } of packetsOf(bytes, 'toWebServer')) {
    const message = attempt(at, 'packet', () => decodeResponseMessage(payload, HEADERS_MAX));
    const size = `${payload.length} bytes`;
    switch (message.type) {
      case 'head': {
        const { status, reason, headers } = message.head;
        const details = headers.map(([name, value]) => `${name}: ${value}`);
        yield { at, text: `SEND_HEADERS, ${size}: ${status} ${reason}`.trimEnd(), details };
        break;
      }
      case 'bodyChunk': {
        const { data } = message;
        const what = data.length === 0 ? 'pass on what you have' : preview(data);
        yield { at, text: `SEND_BODY_CHUNK, ${size}: ${what}` };
        break;
      }
      case 'bodyWanted':
        yield { at, text: `GET_BODY_CHUNK, ${size}: ${message.countMax} bytes at most` };
        break;
      case 'end': {
        const what = message.reuse ? 'the connection is kept' : 'the connection is closed';
        yield { at, text: `END_RESPONSE, ${size}: ${what}` };
        break;
      }
      case 'pong':
        yield { at, text: `CPONG, ${size}` };
    }
  }
}

function* packetsOf(bytes: Buffer, direction: Direction): Generator<Packet> {
  for (let at = 0; at < bytes.length;) {
    const left = bytes.length - at;
    if (left < PACKET_HEADER_BYTES) throw new DecodeError(at, `it ends inside a header, after ${left} bytes`);
    if (bytes.readUInt16BE(at) !== Magic[direction]) {
      const [seen, wanted] = [bytes.readUInt16BE(at), Magic[direction]].map((each) => each.toString(16));
      throw new DecodeError(at, `a packet that begins with ${seen}, expected ${wanted}`);
    }
    const end = at + PACKET_HEADER_BYTES + bytes.readUInt16BE(at + 2);
    if (end > bytes.length)
      throw new DecodeError(at, `it ends inside a packet: ${end - bytes.length} bytes are missing`);
    yield { at, payload: bytes.subarray(at + PACKET_HEADER_BYTES, end) };
    at = end;
  }
}

function attempt<T>(at: number, what: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof AjpError)) throw error;
    throw new DecodeError(at, `${what}: ${error.message}`);
  }
}

function typeName(type: number | undefined): string {
  const found = Object.entries(ToContainer).find(([, each]) => each === type);
  return found ? found[0] : `a packet of type ${type}`;
}

function bodyBytes({ headers }: ForwardRequest): number {
  const find = (name: string): string | undefined => headers.find(([each]) => each === name)?.[1];
  if (find('transfer-encoding') !== undefined) return Infinity;
  return Number(find('content-length') ?? 0) || 0;
}

/** Headers as they are, and of the fields and attributes those that have come; what is secret is not printed. */
function requestLines({ headers, attributes, secret, ...fields }: ForwardRequest): string[] {
  const told = ['method', 'uri', 'protocol'];
  const rest = Object.entries(fields).filter(([name, value]) => !told.includes(name) && value !== null);
  return [
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...pairLines(rest.map(([name, value]) => [name, String(value)])),
    ...pairLines(attributes),
    ...(secret === null ? [] : ['secret=(not shown)']),
  ];
}
