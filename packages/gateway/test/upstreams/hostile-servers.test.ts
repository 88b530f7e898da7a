// Servers that lie, stop in the middle, or attack: each costs its own request, never more, and the log says what it did.
import { afterEach, describe, expect, it } from '@jest/globals';
import * as ajp from '@sluice/ajp/codec';
import {
  encodeEndRequest,
  encodeRecord,
  encodeStream,
  encodeStreamEnd,
  encodeUnknownType,
  RecordType,
} from '@sluice/fastcgi';
import { AjpProtocol } from '../../src/backends/upstreams/ajp.ts';
import { FastCgiProtocol } from '../../src/backends/upstreams/fastcgi.ts';
import type { UpstreamProtocol } from '../../src/backends/upstreams/protocol.ts';
import { ask, UpstreamBench } from '../helpers/upstream-bench.ts';

const bench = new UpstreamBench();
afterEach(() => bench.close());

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A reply of FastCGI with this STDOUT. */
function fastcgi(stdout: string, ...more: readonly Buffer[]): Buffer {
  return Buffer.concat([
    encodeStream(RecordType.STDOUT, 1, latin1(stdout)),
    ...more,
    encodeStreamEnd(RecordType.STDOUT, 1),
    encodeEndRequest(1, 0, 0),
  ]);
}

/** A packet of AJP from a container. */
function packet(payload: Buffer): Buffer {
  return Buffer.concat([latin1('AB'), Buffer.from([payload.length >> 8, payload.length & 0xff]), payload]);
}

const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from([value.length >> 8, value.length & 0xff]), latin1(`${value}\0`)]);
const ajpHead = (reason: string, headers: readonly (readonly [string, string])[], status = 200): Buffer =>
  packet(
    Buffer.concat([
      Buffer.from([4, status >> 8, status & 0xff]),
      text(reason),
      Buffer.from([headers.length >> 8, headers.length & 0xff]),
      ...headers.flatMap(([name, value]) => [text(name), text(value)]),
    ]),
  );
const ajpChunk = (value: string): Buffer => packet(Buffer.concat([Buffer.from([3]), text(value)]));
const ajpEnd = ajp.END_REUSE;

interface Seen {
  readonly status: number;
  readonly outcome: string | null;
  readonly ending: string | null;
  readonly message: string;
}

/** What becomes of a request to a server that answers so and closes. */
async function answered(protocol: UpstreamProtocol, bytes: Buffer): Promise<Seen> {
  const server = await bench.listen((socket) => socket.once('data', () => socket.end(bytes)));
  const upstream = await bench.upstream([server], { protocol, keptCount: 4, idleMs: 5000 });
  const { exchange, reply, done } = ask(upstream);
  await done;
  expect(upstream.status().servers[0]).toMatchObject({ inFlight: 0 });
  const { status, outcome, error } = exchange;
  return { status, outcome, ending: reply.ending, message: error?.message ?? '' };
}

const speakers = {
  FastCGI: () => new FastCgiProtocol(true),
  AJP: () => new AjpProtocol({ secret: null, packetBytes: 8192 }),
};

const malformed: readonly [protocol: keyof typeof speakers, what: string, bytes: Buffer, message: string][] =
  [
    ['FastCGI', 'HTTP', latin1('HTTP/1.1 200 OK\r\n\r\n'), 'version 72, expected 1 (at byte 0'],
    [
      'FastCGI',
      'a reply to another request',
      Buffer.concat([encodeStream(RecordType.STDOUT, 2, latin1('x'))]),
      'never begun',
    ],
    ['FastCGI', 'a reply to no request', encodeStream(RecordType.STDOUT, 0, latin1('x')), 'request id 0'],
    [
      'FastCGI',
      'an end of the wrong length',
      encodeRecord(RecordType.END_REQUEST, 1, Buffer.alloc(4)),
      '4 bytes',
    ],
    ['FastCGI', 'an unknown protocol status', encodeEndRequest(1, 0, 9 as never), 'status'],
    ['FastCGI', 'an end without a head', encodeEndRequest(1, 0, 0), 'inside its head'],
    ['FastCGI', 'a body without a head', fastcgi('hello, this is no head\r\n\r\n'), 'without a header name'],
    [
      'FastCGI',
      'a line break in a value',
      fastcgi('A: b\rSet-Cookie: x\r\n\r\n'),
      'control character in the header A',
    ],
    ['FastCGI', 'a NUL in a value', fastcgi('A: b\0\r\n\r\n'), 'control character in the header A'],
    ['FastCGI', 'a line break in the status', fastcgi('Status: 200 a\rb\r\n\r\n'), 'control character'],
    ['FastCGI', 'a status that is none', fastcgi('Status: 20\r\n\r\n'), 'three-digit'],
    ['FastCGI', 'an interim status', fastcgi('Status: 101\r\n\r\n'), 'status 101'],
    ['FastCGI', 'a head without end', fastcgi(`A: ${'x'.repeat(70_000)}`), 'above 65536 bytes'],
    ['FastCGI', 'too many headers', fastcgi(`${'A: b\r\n'.repeat(300)}\r\n`), 'header lines'],
    [
      'FastCGI',
      'a length that is none',
      fastcgi('Content-Length: +5\r\n\r\nhello'),
      'Content-Length is "+5"',
    ],
    [
      'FastCGI',
      'two lengths',
      fastcgi('Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'),
      'Content-Length is there twice',
    ],
    [
      'FastCGI',
      'more than its length',
      fastcgi('Content-Length: 4\r\n\r\nhello'),
      'longer than its Content-Length of 4',
    ],
    [
      'FastCGI',
      'less than its length',
      fastcgi('Content-Length: 6\r\n\r\nhello'),
      'ended after 5 of 6 bytes',
    ],
    ['AJP', 'HTTP', latin1('HTTP/1.1 200 OK\r\n\r\n'), 'begins with 4854, expected 4142'],
    ['AJP', 'an unknown packet', packet(Buffer.from([99])), '99'],
    ['AJP', 'an empty packet', packet(Buffer.alloc(0)), ''],
    ['AJP', 'a body without a head', Buffer.concat([ajpChunk('x'), ajpEnd]), 'body before headers'],
    ['AJP', 'an end without a head', ajpEnd, 'END_RESPONSE before headers'],
    ['AJP', 'two heads', Buffer.concat([ajpHead('', []), ajpHead('', [])]), 'headers twice'],
    ['AJP', 'CPONG', packet(Buffer.from([9])), 'pong'],
    [
      'AJP',
      'a line break in a value',
      Buffer.concat([ajpHead('', [['A', 'b\r\nSet-Cookie: x']]), ajpEnd]),
      'CR, LF or NUL inside a string (offset 14',
    ],
    [
      'AJP',
      'a NUL in a value',
      Buffer.concat([ajpHead('', [['A', 'b\0c']]), ajpEnd]),
      'CR, LF or NUL inside a string (offset 14',
    ],
    [
      'AJP',
      'a line break in the reason',
      Buffer.concat([ajpHead('OK\r\nA: b', []), ajpEnd]),
      'CR, LF or NUL inside a string (offset 5',
    ],
    ['AJP', 'a name that is none', Buffer.concat([ajpHead('', [['A b', 'c']]), ajpEnd]), 'not a token'],
    ['AJP', 'an interim status', Buffer.concat([ajpHead('', [], 101), ajpEnd]), 'status 101'],
    ['AJP', 'a string beyond the packet', packet(Buffer.from([4, 0, 200, 0xff, 0xfe, 65])), ''],
    [
      'AJP',
      'too many headers',
      Buffer.concat([
        ajpHead(
          '',
          Array.from({ length: 101 }, () => ['A', 'b'] as const),
        ),
        ajpEnd,
      ]),
      '101 headers',
    ],
    [
      'AJP',
      'two lengths',
      Buffer.concat([
        ajpHead('', [
          ['Content-Length', '1'],
          ['content-length', '2'],
        ]),
        ajpEnd,
      ]),
      'content-length',
    ],
    [
      'AJP',
      'more than its length',
      Buffer.concat([ajpHead('', [['Content-Length', '4']]), ajpChunk('hello'), ajpEnd]),
      'longer than its content-length of 4',
    ],
    [
      'AJP',
      'a chunk beyond its packet',
      Buffer.concat([ajpHead('', []), packet(Buffer.from([3, 0xff, 0xff, 65, 0]))]),
      '',
    ],
  ];

describe('a server that sends what is no response', () => {
  it.each(malformed)('costs one request: %s, %s', async (protocol, _what, bytes, message) => {
    const seen = await answered(speakers[protocol](), bytes);
    expect(seen.outcome).toMatch(/^SLUICE_UPSTREAM_(?:PROTOCOL|LOST|REFUSED)$/);
    expect(seen.message).toContain(message);
    // Either nothing was passed on and the client gets a page, or it can tell that the reply is not complete.
    expect([502, 503].includes(seen.status) || seen.ending === 'aborted').toBe(true);
  });
});

const good: Readonly<Record<keyof typeof speakers, Buffer>> = {
  FastCGI: fastcgi(
    'Status: 200 OK\r\nX-Word: yes\r\n\r\nhello',
    encodeUnknownType(77),
    encodeStream(RecordType.STDERR, 1, latin1('a word for the log')),
    encodeStream(RecordType.STDOUT, 1, latin1(' world')),
  ),
  AJP: Buffer.concat([
    ajpHead('OK', [['X-Word', 'yes']]),
    ajpChunk('hello'),
    packet(Buffer.from([3, 0, 0, 0])),
    ajpChunk(' world'),
    ajpEnd,
  ]),
};

describe('a server that stops in the middle', () => {
  it.each(Object.keys(speakers) as (keyof typeof speakers)[])(
    'never makes a reply of %s look complete, wherever it stops',
    async (name) => {
      const protocol = speakers[name]();
      const bytes = good[name];
      let length = 0;
      const server = await bench.listen((socket) => {
        const part = bytes.subarray(0, length);
        socket.once('data', () => socket.end(part));
      });
      const upstream = await bench.upstream([server], { protocol, failAfter: 0 });
      for (length = 0; length < bytes.length; length++) {
        const { exchange, reply, done } = ask(upstream);
        await done;
        expect({ length, outcome: exchange.outcome }).not.toEqual({ length, outcome: 'complete' });
        expect(exchange.status === 502 ? reply.ending === 'complete' : reply.ending === 'aborted').toBe(true);
      }
      const { exchange, reply, done } = ask(upstream);
      await done;
      expect([exchange.outcome, reply.text]).toEqual(['complete', 'hello world']);
    },
  );

  it.each(Object.keys(speakers) as (keyof typeof speakers)[])(
    'may send a reply of %s byte by byte',
    async (name) => {
      const server = await bench.listen((socket) => {
        socket.once('data', () => {
          let at = 0;
          const next = (): void => {
            socket.write(good[name].subarray(at, ++at));
            if (at < good[name].length) setImmediate(next);
          };
          next();
        });
      });
      const upstream = await bench.upstream([server], { protocol: speakers[name]() });
      const { exchange, reply, done } = ask(upstream);
      await done;
      expect([exchange.outcome, reply.text]).toEqual(['complete', 'hello world']);
    },
  );
});

describe('a server that says too much', () => {
  it.each(Object.keys(speakers) as (keyof typeof speakers)[])(
    'cannot answer the next request on a kept connection of %s before it is asked',
    async (name) => {
      const bytes = good[name];
      const forged =
        name === 'FastCGI'
          ? fastcgi('A: b\r\n\r\nforged')
          : Buffer.concat([ajpHead('', []), ajpChunk('forged'), ajpEnd]);
      let connections = 0;
      const server = await bench.listen((socket) => {
        const isFirst = ++connections === 1;
        socket.on('data', () => socket.write(isFirst ? Buffer.concat([bytes, forged]) : bytes));
      });
      const upstream = await bench.upstream([server], { protocol: speakers[name](), keptCount: 4 });
      for (let times = 0; times < 3; times++) {
        const { reply, done } = ask(upstream);
        await done;
        expect(reply.text).toBe('hello world');
      }
    },
  );
});
