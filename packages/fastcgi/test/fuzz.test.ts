// Records in any order with any bytes: each side reports or refuses, and how the bytes were cut changes nothing.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeBeginRequest, encodePairs, encodeRecord, RecordType } from '../src/index.ts';
import { ClientPeer } from './helpers/client-peer.ts';
import { ServerPeer } from './helpers/server-peer.ts';

const id = fc.constantFrom(0, 1, 2, 3);
const anyContent = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const cgiContent = fc
  .constantFrom('Status: 200\r\n', '\r\n', 'A: b\n\n', 'body', '')
  .map((text) => Buffer.from(text));
const pairContent = fc.array(fc.tuple(fc.constant('NAME'), fc.string({ maxLength: 5 })), { maxLength: 3 });

/** Mostly records that a peer would send, some that none would, and some bytes that are no records. */
const bytes = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .tuple(id, fc.constantFrom(1, 2, 3, 4), fc.boolean())
          .map(([requestId, role, keep]) => encodeBeginRequest(requestId, role as 1, keep)),
      },
      {
        weight: 6,
        arbitrary: fc
          .tuple(fc.integer({ min: 0, max: 13 }), id, fc.oneof(anyContent, cgiContent))
          .map(([type, requestId, content]) => encodeRecord(type, requestId, content)),
      },
      {
        weight: 6,
        arbitrary: fc
          .tuple(fc.constantFrom(4, 5, 6), id)
          .map(([type, requestId]) => encodeRecord(type, requestId, Buffer.alloc(0))),
      },
      {
        weight: 3,
        arbitrary: fc
          .tuple(id, pairContent)
          .map(([requestId, pairs]) =>
            encodeRecord(
              RecordType.PARAMS,
              requestId,
              encodePairs(pairs.map(([name, value]) => [name, Buffer.from(value)])),
            ),
          ),
      },
      {
        weight: 3,
        arbitrary: id.map((requestId) => encodeRecord(RecordType.END_REQUEST, requestId, Buffer.alloc(8))),
      },
      { weight: 1, arbitrary: anyContent },
    ),
    { maxLength: 20 },
  )
  .map((records) => Buffer.concat(records));

interface Outcome {
  readonly log: readonly string[];
  readonly sent: string;
  readonly state: string;
}

function feed(peer: ServerPeer | ClientPeer, input: Buffer, size: number): Outcome {
  for (let at = 0; at < input.length; at += size) peer.connection.receive(input.subarray(at, at + size));
  peer.connection.receiveEnd();
  return { log: peer.log, sent: peer.transport.hex, state: peer.transport.state };
}

function serverOutcome(input: Buffer, size: number): Outcome {
  const peer = new ServerPeer({ limits: { requests: 2, paramsBytes: 200, paramsPairs: 6 } });
  // Odd ids are answered at the end of their input, and all that are given up.
  peer.on.onStdinEnd = (request) => request.id % 2 === 1 && request.end([Buffer.from('A: b\n\n')]);
  peer.on.onAbort = (request) => request.end([], 1);
  return feed(peer, input, size);
}

function clientOutcome(input: Buffer, size: number): Outcome {
  const peer = new ClientPeer({ concurrency: 2, limits: { headBytes: 50, headLines: 2 } });
  for (let count = 0; count < 2; count += 1) peer.connection.request({ params: [['A', 'b']], stdin: [] });
  return feed(peer, input, size);
}

describe.each([
  ['application', serverOutcome],
  ['web-server', clientOutcome],
])('the %s side, given anything', (_side, outcome) => {
  it('comes to the same end however the bytes are cut', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 30 }), (input, size) => {
        expect(outcome(input, size)).toEqual(outcome(input, Math.max(1, input.length)));
      }),
      { numRuns: 500 },
    );
  });

  it('closes after an error of the connection and says nothing after it', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        const { log, state } = outcome(input, 7);
        expect(['ended', 'destroyed']).toContain(state);
        const fatal = log.findIndex(
          (line) => line.startsWith('error') && !line.endsWith('FCGI_DATA_AFTER_END'),
        );
        expect([-1, log.length - 1]).toContain(fatal);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a client', () => {
  it('tells the end of every request exactly once', () => {
    fc.assert(
      fc.property(bytes, (input) => {
        const ends = clientOutcome(input, 5).log.filter((line) => /^(end|fail) /.test(line));
        expect(ends.length).toBe(2);
        expect(new Set(ends.map((line) => line.split(' ')[1]))).toEqual(new Set(['1', '2']));
      }),
      { numRuns: 500 },
    );
  });
});
