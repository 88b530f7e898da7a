// What the two older packages of the registry do with the same bytes: equal where they are right, and the faults they are
// known for listed one by one. A fault that is gone fails its test, so that the list and the README stay true.
import { EventEmitter, once } from 'node:events';
import { connect, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import fastcgiStream from 'fastcgi-stream';
import nodeFastcgi from 'node-fastcgi';
import {
  Agent,
  encodeBeginRequest,
  encodeEndRequest,
  encodeGetValues,
  encodePairs,
  encodeParams,
  encodeRecord,
  encodeStream,
  RecordType,
  request,
  Role,
} from '../src/index.ts';
import { answerTo } from './helpers/live.ts';
import { get } from './helpers/messages.ts';
import { recordsIn } from './helpers/records.ts';

class Wire extends EventEmitter {
  readonly written: Buffer[] = [];
  write(bytes: Buffer): boolean {
    this.written.push(bytes);
    return true;
  }
}

interface PeerSaw {
  readonly id: number;
  readonly type: number;
  readonly text: string;
  readonly pairs: readonly unknown[];
}

/** What fastcgi-stream reads in these pieces. */
function readByPeer(...pieces: Buffer[]): PeerSaw[] {
  const wire = new Wire();
  const seen: PeerSaw[] = [];
  new fastcgiStream.FastCGIStream(wire).on(
    'record',
    (id: number, record: { TYPE: number; data?: Buffer; params?: unknown[] }) => {
      seen.push({
        id,
        type: record.TYPE,
        text: record.data?.toString('latin1') ?? '',
        pairs: record.params ?? [],
      });
    },
  );
  for (const piece of pieces) wire.emit('data', piece);
  return seen;
}

/** What fastcgi-stream writes for a STDOUT record. */
function writtenByPeer(content: Buffer): Buffer {
  const wire = new Wire();
  new fastcgiStream.FastCGIStream(wire).writeRecord(1, new fastcgiStream.records.StdOut(content));
  return Buffer.concat(wire.written);
}

function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}

describe('fastcgi-stream', () => {
  it('reads the streams that we write', () => {
    const content = fc.uint8Array({ minLength: 1, maxLength: 2000 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(
        content,
        fc.integer({ min: 1, max: 0xffff }),
        fc.integer({ min: 1, max: 100 }),
        (bytes, id, size) => {
          const records = encodeStream(RecordType.STDIN, id, bytes);
          const pieces: Buffer[] = [];
          for (let at = 0; at < records.length; at += size) pieces.push(records.subarray(at, at + size));
          const text = readByPeer(...pieces)
            .map((record) => record.text)
            .join('');
          expect(text).toBe(bytes.toString('latin1'));
        },
      ),
    );
  });

  it('reads the variables that we write, when they are ASCII and not empty', () => {
    const text = fc.stringMatching(/^[ -~]{1,200}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 10 }), (pairs) => {
        expect(readByPeer(encodeParams(1, pairs))[0]?.pairs).toEqual(pairs);
      }),
    );
  });

  it('writes what we read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 2000 }), (bytes) => {
        const [record] = recordsIn(writtenByPeer(Buffer.from(bytes)));
        expect(record?.content).toEqual(Buffer.from(bytes));
      }),
    );
  });

  const good = encodeEndRequest(1, 0, 0);
  it.each<[fault: string, isThere: () => boolean]>([
    ['pads with length mod 8, so nothing is aligned', () => writtenByPeer(Buffer.alloc(5)).length === 18],
    [
      'throws on a record type it does not know',
      () => throws(() => readByPeer(encodeRecord(12, 0, Buffer.from('x')))),
    ],
    [
      'loses its place on record type 0',
      () => readByPeer(encodeRecord(0, 0, Buffer.alloc(8, 1)), good).length !== 1,
    ],
    [
      'does not look at the version',
      () => readByPeer(Buffer.concat([Buffer.from([2]), good.subarray(1)])).length === 1,
    ],
    [
      'reads a pair that lies in two records wrongly',
      () => {
        const pairs = encodePairs([['SERVER_PORT', '8080']]);
        const records = [pairs.subarray(0, 15), pairs.subarray(15)].map((part) =>
          encodeRecord(RecordType.PARAMS, 1, part),
        );
        const read = (): unknown => readByPeer(...records).flatMap((record) => record.pairs);
        return throws(read) || JSON.stringify(read()) !== JSON.stringify([['SERVER_PORT', '8080']]);
      },
    ],
    [
      'loses bytes that are not UTF-8',
      () => {
        const [record] = readByPeer(encodeParams(1, [['PATH_INFO', Buffer.from([0x2f, 0xe9])]]));
        return JSON.stringify(record?.pairs) === JSON.stringify([['PATH_INFO', '/\ufffd']]);
      },
    ],
    [
      'gives a variable without a value as a bare string',
      () => readByPeer(encodeParams(1, [['QUERY_STRING', '']]))[0]?.pairs[0] === 'QUERY_STRING',
    ],
    ['wraps a length above 65535', () => writtenByPeer(Buffer.alloc(65_540)).readUInt16BE(4) === 4],
  ])('still %s', (_fault, isThere) => {
    expect(isThere()).toBe(true);
  });
});

describe('node-fastcgi', () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  async function serve(...args: Parameters<typeof nodeFastcgi.createServer>): Promise<number> {
    const server: Server = nodeFastcgi.createServer(...args);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  /** What a server answers to raw bytes, until `count` records have come. */
  async function exchange(port: number, bytes: Buffer, count: number): Promise<ReturnType<typeof recordsIn>> {
    const socket = connect({ port, host: '127.0.0.1' });
    closers.push(() => socket.destroy());
    socket.write(bytes);
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      if (!throws(() => recordsIn(received)) && recordsIn(received).length >= count) break;
    }
    return recordsIn(received);
  }

  it('answers our client, on a connection for each request', async () => {
    const port = await serve((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () =>
        response.end(`${incoming.method} ${incoming.url} ${Buffer.concat(chunks).toString()}`),
      );
    });
    for (const body of ['a', 'b']) {
      const params = { REQUEST_METHOD: 'POST', REQUEST_URI: `/${body}` };
      const answer = await answerTo(request({ port, agent: false, body, params }));
      expect(answer.body.toString()).toBe(`POST /${body} ${body}`);
    }
  });

  it('still closes the connection after an answer although KEEP_CONN is set', async () => {
    const port = await serve((_incoming, response) => response.end('x'));
    // Waits for more records than there are, so it ends only because the server closes.
    const records = await exchange(port, get(1, true), Infinity);
    expect(records.at(-1)?.type).toBe(RecordType.END_REQUEST);
  });

  it('still takes a second request on a connection that it says it does not multiplex', async () => {
    const seen = new EventEmitter();
    let requests = 0;
    const port = await serve(() => (requests += 1) === 2 && seen.emit('both'), { multiplex: false });
    const socket = connect({ port, host: '127.0.0.1' });
    closers.push(() => socket.destroy());
    socket.write(Buffer.concat([get(1), get(2)]));
    await once(seen, 'both');
    expect(requests).toBe(2);
  });

  it('still answers GET_VALUES with whatever id it came with', async () => {
    const question = encodeGetValues();
    question.writeUInt16BE(3, 2);
    const [record] = await exchange(await serve(() => undefined), question, 1);
    expect([record?.type, record?.requestId]).toEqual([RecordType.GET_VALUES_RESULT, 3]);
  });

  it('still keeps the connection when an active request is begun again', async () => {
    const port = await serve((_incoming, response) => response.end('x'));
    const begin = encodeBeginRequest(1, Role.RESPONDER, true);
    const records = await exchange(port, Buffer.concat([begin, get(1)]), 3);
    expect(records.at(-1)?.type).toBe(RecordType.END_REQUEST);
  });

  it('still keeps variables in an object with a prototype', async () => {
    let hasPrototype = false;
    const port = await serve((incoming, response) => {
      hasPrototype = 'constructor' in incoming.socket.params;
      response.end();
    });
    const agent = new Agent();
    closers.push(() => agent.close());
    await answerTo(request({ port, agent, body: '' }));
    expect(hasPrototype).toBe(true);
  });
});
