// What a server behind the gateway may answer instead of an answer, for each protocol.
import { encodeResponseHead, END_CLOSE, PONG, toHeaderList, type HeaderPair } from '@sluice/ajp/codec';
import {
  encodeEndRequest,
  encodeRecord,
  encodeStream,
  encodeStreamEnd,
  encodeUnknownType,
  ProtocolStatus,
  RecordType,
} from '@sluice/fastcgi';
import { int, packet, str } from './ajp-bytes.ts';

/** A protocol that the gateway speaks to servers. */
export type Behind = 'fastcgi' | 'ajp' | 'scgi' | 'uwsgi' | 'http';

/** An answer that must cost only its own request. */
export interface HostileReply {
  readonly name: string;
  /** What the server sends before it closes the connection. */
  readonly bytes: Buffer;
}

const ID = 1;
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const stdout = (content: Buffer): Buffer => encodeStream(RecordType.STDOUT, ID, content);
const ended = Buffer.concat([encodeStreamEnd(RecordType.STDOUT, ID), encodeEndRequest(ID, 0, 0)]);

/** An honest answer, of a known length, so that a part of it is never the whole. */
export function honestReply(protocol: Behind, body: string): Buffer {
  const length = `Content-Length: ${body.length}\r\nX-Word: yes\r\n\r\n`;
  if (protocol !== 'ajp') return framed(protocol, '200 OK', length + body);
  const headers = [['Content-Length', String(body.length)]] as const;
  return ajpReply(headers, body);
}

/** Puts a status and what follows it where the protocol has it. */
function framed(protocol: Exclude<Behind, 'ajp'>, status: string, rest: string): Buffer {
  const start = protocol === 'fastcgi' || protocol === 'scgi' ? 'Status: ' : 'HTTP/1.1 ';
  const text = latin1(`${start}${status}\r\n${rest}`);
  return protocol === 'fastcgi' ? Buffer.concat([stdout(text), ended]) : text;
}

function ajpReply(headers: readonly HeaderPair[], body: string): Buffer {
  const head = encodeResponseHead({ status: 200, reason: 'OK', headers: toHeaderList(headers) });
  return Buffer.concat([head, ajpChunk(body), END_CLOSE]);
}

/** Every beginning of an honest answer without the last byte of its body: with that, a client has all that was announced. */
function beginnings(protocol: Behind): HostileReply[] {
  const body = 'hello';
  const whole = honestReply(protocol, body);
  return Array.from({ length: whole.indexOf(body) + body.length }, (_, length) => ({
    name: `the first ${length} bytes of an answer`,
    bytes: whole.subarray(0, length),
  }));
}

const SIZED = 'Content-Length: 5\r\n';

/** Heads that are none: status, and what follows it. */
const HEADS: readonly (readonly [name: string, status: string, rest: string])[] = [
  ['CR in a value', '200 OK', `${SIZED}A: b\rSet-Cookie: x\r\n\r\nhello`],
  ['NUL in a value', '200 OK', `${SIZED}A: b\0c\r\n\r\nhello`],
  ['NUL in a name', '200 OK', `${SIZED}A\0B: c\r\n\r\nhello`],
  ['a space in a name', '200 OK', `${SIZED}A B: c\r\n\r\nhello`],
  ['a header without a name', '200 OK', `${SIZED}: c\r\n\r\nhello`],
  ['a header without a colon', '200 OK', `${SIZED}nonsense\r\n\r\nhello`],
  ['CR in the reason', '200 O\rK', `${SIZED}\r\nhello`],
  ['NUL in the reason', '200 O\0K', `${SIZED}\r\nhello`],
  ['the status 20', '20 OK', `${SIZED}\r\nhello`],
  ['the status 000', '000 OK', `${SIZED}\r\nhello`],
  ['the status 2000', '2000 OK', `${SIZED}\r\nhello`],
  ['the status x', 'x', `${SIZED}\r\nhello`],
  ['the status -200', '-200 OK', `${SIZED}\r\nhello`],
  ['101 that nobody asked for', '101 Switching', 'Upgrade: x\r\n\r\nhello'],
  ['a head above 64 KiB', '200 OK', `${SIZED}A: ${'x'.repeat(70_000)}\r\n\r\nhello`],
  ['a head without end', '200 OK', `A: ${'x'.repeat(200_000)}`],
  ['300 headers', '200 OK', `${SIZED}${'A: b\r\n'.repeat(300)}\r\nhello`],
  ['two lengths', '200 OK', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
  ['a length with a sign', '200 OK', 'Content-Length: +5\r\n\r\nhello'],
  ['a length below none', '200 OK', 'Content-Length: -5\r\n\r\nhello'],
  ['a length that is none', '200 OK', 'Content-Length: 5x\r\n\r\nhello'],
  ['a length that cannot be counted', '200 OK', 'Content-Length: 99999999999999999999\r\n\r\nhello'],
  ['less than its length', '200 OK', 'Content-Length: 6\r\n\r\nhello'],
];

const HTTP: readonly HostileReply[] = [
  [
    'a length and a coding',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello',
  ],
  ['HTTP/9.9', 'HTTP/9.9 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
  ['no status line', 'hello'],
  ['a request', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  [
    'a chunk with a size that is none',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nhello\r\n0\r\n\r\n',
  ],
  ['a chunk larger than what comes', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello\r\n'],
  ['chunks without an end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  ['nothing but 100 Continue', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(5000)],
].map(([name = '', text = '']) => ({ name, bytes: latin1(text) }));

/** An answer whose first header is wrong in one byte. */
function changedByte(at: number, byte: number): HostileReply[] {
  const bytes = honestReply('fastcgi', 'hello');
  if (bytes[at] === byte) return [];
  bytes[at] = byte;
  return [{ name: `byte ${at} of the first record changed to ${byte}`, bytes }];
}

const FASTCGI: readonly HostileReply[] = [
  { name: 'HTTP', bytes: latin1('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello') },
  {
    name: 'an answer to another request',
    bytes: encodeStream(RecordType.STDOUT, 2, latin1('Status: 200\r\n\r\nhello')),
  },
  {
    name: 'an answer to no request',
    bytes: encodeStream(RecordType.STDOUT, 0, latin1('Status: 200\r\n\r\nhello')),
  },
  { name: 'an end of 4 bytes', bytes: encodeRecord(RecordType.END_REQUEST, ID, Buffer.alloc(4)) },
  { name: 'an end without a head', bytes: encodeEndRequest(ID, 0, ProtocolStatus.REQUEST_COMPLETE) },
  { name: 'a refusal', bytes: encodeEndRequest(ID, 0, ProtocolStatus.OVERLOADED) },
  { name: 'a refusal to multiplex', bytes: encodeEndRequest(ID, 0, ProtocolStatus.CANT_MPX_CONN) },
  { name: 'an empty STDOUT', bytes: ended },
  {
    name: 'more than its length',
    bytes: Buffer.concat([stdout(latin1('Status: 200 OK\r\nContent-Length: 4\r\n\r\nhello')), ended]),
  },
  { name: 'a request', bytes: encodeRecord(RecordType.BEGIN_REQUEST, ID, Buffer.alloc(8)) },
  {
    name: 'unknown types without end',
    bytes: Buffer.concat(Array.from({ length: 2000 }, () => encodeUnknownType(77))),
  },
  {
    name: 'errors without end',
    bytes: Buffer.concat(
      Array.from({ length: 20 }, () => encodeStream(RecordType.STDERR, ID, Buffer.alloc(60_000, 'x'))),
    ),
  },
  ...[0, 1, 2, 3, 4, 5].flatMap((at) => [0, 1, 2, 0x7f, 0xff].flatMap((byte) => changedByte(at, byte))),
];

const toWebServer = (payload: Buffer, length?: number): Buffer => packet(payload, 0x4142, length);
const ajpHead = (reason: string, headers: readonly (readonly [string, string])[], status = 200): Buffer =>
  toWebServer(
    Buffer.concat([
      Buffer.of(4),
      int(status),
      str(reason),
      int(headers.length),
      ...headers.flatMap(([name, value]) => [str(name), str(value)]),
    ]),
  );
const ajpChunk = (text: string, length = text.length): Buffer =>
  toWebServer(Buffer.concat([Buffer.of(3), int(length), latin1(`${text}\0`)]));

const AJP: readonly HostileReply[] = [
  ...(
    [
      ['HTTP', latin1('HTTP/1.1 200 OK\r\n\r\nhello')],
      ['a packet of a web server', packet(Buffer.of(5, 1))],
      ['a packet nobody knows', toWebServer(Buffer.of(11))],
      ['an empty packet', toWebServer(Buffer.alloc(0))],
      ['a packet longer than any', toWebServer(Buffer.alloc(10), 0xffff)],
      ['a pong', PONG],
      ['a body before the head', Buffer.concat([ajpChunk('hello'), ajpHead('OK', []), END_CLOSE])],
      ['an end before the head', END_CLOSE],
      ['two heads', Buffer.concat([ajpHead('OK', []), ajpHead('OK', []), END_CLOSE])],
      ['a chunk beyond its packet', Buffer.concat([ajpHead('OK', []), ajpChunk('hello', 60_000), END_CLOSE])],
      ['an end without its byte', Buffer.concat([ajpHead('OK', []), toWebServer(Buffer.of(5))])],
      ['more headers than there are', toWebServer(Buffer.from('040800024f4b00ffff', 'hex'))],
      ['a string beyond its packet', toWebServer(Buffer.from('0400c8fffe41', 'hex'))],
      ['a null value', toWebServer(Buffer.from('0400c800024f4b00000100015800ffff', 'hex'))],
      [
        '101 headers',
        ajpHead(
          'OK',
          Array.from({ length: 101 }, () => ['A', 'b'] as const),
        ),
      ],
    ] as const
  ).map(([name, bytes]) => ({ name, bytes })),
  ...['\r\nSet-Cookie: x', '\n', '\r', '\0'].flatMap((text) => {
    const shown = JSON.stringify(text);
    return [
      { name: `${shown} in a value`, bytes: Buffer.concat([ajpHead('OK', [['A', `b${text}`]]), END_CLOSE]) },
      { name: `${shown} in a name`, bytes: Buffer.concat([ajpHead('OK', [[`A${text}`, 'b']]), END_CLOSE]) },
      { name: `${shown} in the reason`, bytes: Buffer.concat([ajpHead(`OK${text}`, []), END_CLOSE]) },
    ];
  }),
  ...[0, 20, 101, 1000, 65_535].map((status) => ({
    name: `the status ${status}`,
    bytes: Buffer.concat([ajpHead('OK', [], status), END_CLOSE]),
  })),
  ...[
    ['6', 'less than its length'],
    ['4', 'more than its length'],
    ['x', 'a length that is none'],
  ].map(([length = '', name = '']) => ({
    name,
    bytes: Buffer.concat([ajpHead('OK', [['Content-Length', length]]), ajpChunk('hello'), END_CLOSE]),
  })),
];

/** What each protocol has of its own. */
const OWN: Readonly<Record<Behind, readonly HostileReply[]>> = {
  fastcgi: FASTCGI,
  ajp: AJP,
  scgi: [],
  uwsgi: [],
  http: HTTP,
};

/** Answers of which none may reach the client as a complete one. */
export function hostileReplies(protocol: Behind): HostileReply[] {
  const heads =
    protocol === 'ajp'
      ? []
      : HEADS.map(([name, status, rest]) => ({ name, bytes: framed(protocol, status, rest) }));
  return [...beginnings(protocol), ...heads, ...OWN[protocol]];
}
