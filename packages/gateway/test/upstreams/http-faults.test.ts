// Upstreams of HTTP over servers that send whatever they like.
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';
import { HttpProtocol } from '../../src/backends/upstreams/http.ts';
import type { UpstreamOptions } from '../../src/backends/upstreams/upstream-options.ts';
import type { Upstream } from '../../src/backends/upstreams/upstream.ts';
import { makeExchange } from '../helpers/exchanges.ts';
import { until } from '../helpers/settled.ts';
import { answerOf, ask, UpstreamBench } from '../helpers/upstream-bench.ts';

const protocol = new HttpProtocol({ keepsConnections: true, forwarding: { mode: 'replace', headers: [] } });
const keeping = { protocol, keptCount: 4 };

const bench = new UpstreamBench();
afterEach(() => bench.close());

async function rawUpstream(
  reply: (socket: Socket) => void,
  options: Partial<UpstreamOptions> = {},
  where: 'tcp' | 'unix' = 'unix',
): Promise<Upstream> {
  const server = await bench.listen((socket) => void socket.on('data', () => reply(socket)), where);
  return bench.upstream([server], { ...keeping, ...options });
}

const GET = {
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/a%20b?c=d',
  HTTP_HOST: 'example.com',
  REMOTE_ADDR: '10.0.0.9',
};

describe('a server may answer', () => {
  it.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    [
      'in chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX: y\r\n\r\n',
    ],
    ['up to the end of the connection', 'HTTP/1.0 200 OK\r\n\r\nhello'],
    [
      'with early hints before',
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    ],
  ])('%s', async (_, bytes) => {
    const upstream = await rawUpstream((socket) => socket.end(bytes));
    const { exchange, reply, done } = ask(upstream, { variables: GET });
    await done;
    expect([exchange.outcome, reply.sentHead?.status, reply.text]).toEqual(['complete', 200, 'hello']);
    expect(reply.sentHead?.get('transfer-encoding')).toBe(undefined);
  });

  it.each([
    ['after a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel', 'lo', 'complete'],
    ['as it said', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhel', 'lo', 'complete'],
    ['to end the reply', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhel', 'lo', 'complete'],
    [
      'in the middle',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\nhel',
      'lo',
      'SLUICE_UPSTREAM_LOST',
    ],
  ])('and hang up while the client takes nothing, %s', async (_, head, rest, outcome) => {
    let server: Socket | undefined;
    const upstream = await rawUpstream((socket) => {
      server = socket;
      socket.write(head);
    });
    const asked = makeExchange({ variables: GET });
    asked.reply.isWritable = false;
    upstream.handle(asked.exchange);
    await until('the first bytes have come', () => asked.reply.text === 'hel');
    server?.end(rest);
    for (let round = 0; round < 50; round++) await nextRound();
    asked.reply.isWritable = true;
    asked.exchange.drained();
    await asked.done;
    expect(asked.exchange.outcome).toBe(outcome);
    if (outcome === 'complete') expect(asked.reply.text).toBe('hello');
  });

  it('with headers that are only for the connection, which end there', async () => {
    const bytes =
      'HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-End: 2\r\nContent-Length: 0\r\n\r\n';
    const upstream = await rawUpstream((socket) => socket.write(bytes));
    const { reply, done } = ask(upstream, { variables: GET });
    await done;
    expect([...(reply.sentHead?.headers() ?? [])]).toEqual([
      ['X-End', '2'],
      ['Content-Length', '0'],
    ]);
  });
});

describe('502 is the answer to', () => {
  const OK = 'HTTP/1.1 200 OK\r\n';
  it.each([
    ['nothing at all', ''],
    ['no HTTP', 'hello, who is there?\r\n\r\n'],
    ['another version', 'HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a head without end', `${OK}X: y\r\n`],
    ['a line without a colon', `${OK}nonsense\r\n\r\n`],
    ['a name that is no token', `${OK}X Y: z\r\n\r\n`],
    ['CR in a value', `${OK}X: y\rSet-Cookie: z\r\n\r\n`],
    ['NUL in a value', `${OK}X: y\0z\r\n\r\n`],
    ['a control character in a value', `${OK}X: y\x01z\r\n\r\n`],
    ['CR in the reason', 'HTTP/1.1 200 O\rK\r\n\r\n'],
    ['a length that is none', `${OK}Content-Length: x\r\n\r\n`],
    ['two lengths', `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`],
    ['a length beside chunks', `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['100 Continue, which nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
    [
      'another protocol, which nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ],
    ['too many headers', `${OK}${'X: y\r\n'.repeat(300)}\r\n`],
    ['a header that is too long', `${OK}X: ${'y'.repeat(70_000)}\r\n\r\n`],
  ])('%s', async (_, bytes) => {
    const upstream = await rawUpstream((socket) => socket.end(bytes), { failAfter: 0 });
    const { status, outcome } = await answerOf(upstream, { variables: GET });
    expect([status, outcome]).toEqual([502, expect.stringMatching(/^SLUICE_UPSTREAM_(LOST|PROTOCOL)$/)]);
  });

  it('a head that never ends', async () => {
    const upstream = await rawUpstream((socket) => {
      socket.write(OK);
      const more = Buffer.from('X: y\r\n'.repeat(1_000));
      const write = (): void => {
        while (!socket.destroyed && socket.write(more)) if (socket.writableLength > 1_000_000) break;
      };
      socket.on('drain', write);
      write();
    });
    expect((await answerOf(upstream, { variables: GET })).outcome).toBe('SLUICE_UPSTREAM_PROTOCOL');
  });
});

describe('a reply that breaks off is never taken for a whole one', () => {
  it.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'],
  ])('%s, at every byte', async (_, reply) => {
    let end = 0;
    const upstream = await rawUpstream((socket) => socket.end(reply.slice(0, end)), { failAfter: 0 });
    for (end = 0; end < reply.length; end++) {
      const { outcome } = await answerOf(upstream, { variables: GET });
      expect([end, outcome]).toEqual([end, expect.stringMatching(/^SLUICE_UPSTREAM_(LOST|PROTOCOL)$/)]);
    }
    expect(await answerOf(upstream, { variables: GET })).toMatchObject({
      outcome: 'complete',
      text: 'hello',
    });
  });

  it('nor what comes behind one for the next', async () => {
    const bytes =
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
    let count = 0;
    const upstream = await rawUpstream((socket) => {
      socket.write(count++ === 0 ? bytes : 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood');
    });
    const first = await answerOf(upstream, { variables: GET });
    const second = await answerOf(upstream, { variables: GET });
    expect([first.text, second.text]).toEqual(['hello', 'good']);
  });
});
