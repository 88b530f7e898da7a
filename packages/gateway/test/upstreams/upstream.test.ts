import { afterEach, describe, expect, it } from '@jest/globals';
import { encodeEndRequest, encodeStream, encodeStreamEnd, ProtocolStatus, RecordType } from '@sluice/fastcgi';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { FastCgiProtocol } from '../../src/backends/upstreams/fastcgi.ts';
import type { UpstreamAddress } from '../../src/backends/upstreams/names.ts';
import { BodyStream } from '../../src/exchange/body.ts';
import { bytesBody, makeExchange } from '../helpers/exchanges.ts';
import { fullBacklog, type FullBacklog } from '../helpers/full-backlog.ts';
import { until } from '../helpers/settled.ts';
import { answerOf, ask, RawServer, UpstreamBench } from '../helpers/upstream-bench.ts';

const bench = new UpstreamBench();
afterEach(() => bench.close());

const GOOD = 'Status: 200 OK\r\n\r\nhello';

/** The records of a whole reply. */
function replyOf(text: string, status: ProtocolStatus = ProtocolStatus.REQUEST_COMPLETE): Buffer {
  return Buffer.concat([
    encodeStream(RecordType.STDOUT, 1, Buffer.from(text, 'latin1')),
    encodeStreamEnd(RecordType.STDOUT, 1),
    encodeEndRequest(1, 0, status),
  ]);
}

/** Answers each request of a connection once its STDIN has ended, and leaves the connection open. */
function answering(text: string): (socket: Socket) => void {
  return (socket) => {
    let seen = Buffer.alloc(0);
    const end = encodeStreamEnd(RecordType.STDIN, 1);
    socket.on('data', (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      if (!seen.subarray(-end.length).equals(end)) return;
      seen = Buffer.alloc(0);
      socket.write(replyOf(text));
    });
  };
}

const keeping = { protocol: new FastCgiProtocol(true), keptCount: 4 };

describe('an upstream whose servers fail', () => {
  it('answers 502 and says why if its only server cannot be reached', async () => {
    const upstream = await bench.upstream([bench.nowhere()]);
    const answer = await answerOf(upstream);
    expect(answer).toMatchObject({ outcome: 'SLUICE_UPSTREAM_UNREACHABLE', status: 502 });
    expect(answer.message).toMatch(/^unix:.*nobody\.sock: there is no such socket \(ENOENT\)$/);
  });

  it.each(['GET', 'POST'])('sends %s to another server where one cannot be reached', async (method) => {
    const server = await bench.listen(answering(GOOD));
    const upstream = await bench.upstream([bench.nowhere(), bench.nowhere(), server]);
    const parts = { variables: { REQUEST_METHOD: method, CONTENT_LENGTH: '1' }, body: bytesBody('x') };
    for (let times = 0; times < 3; times++) expect((await answerOf(upstream, parts)).text).toBe('hello');
  });

  it('leaves a server alone after so many failures, and answers 503 with Retry-After when all are', async () => {
    const upstream = await bench.upstream([bench.nowhere()], { failAfter: 2 });
    expect((await answerOf(upstream)).status).toBe(502);
    expect((await answerOf(upstream)).status).toBe(502);
    const { reply, exchange, done } = ask(upstream);
    await done;
    expect(exchange.outcome).toBe('SLUICE_UPSTREAM_DOWN');
    expect(reply.sentHead?.status).toBe(503);
    expect(reply.sentHead?.get('retry-after')).toBe('1');
    expect(exchange.error?.message).toMatch(/^upstream test has no server: down: unix:.*ENOENT/);
    expect(bench.reporter.lines).toContainEqual(expect.stringMatching(/^down unix:/));
    expect(upstream.status().servers[0]).toMatchObject({ isUp: false, failedCount: 2 });
  });

  it('tries a failed server again when its time is over', async () => {
    const server = await bench.listen(answering(GOOD));
    const { address } = server;
    await server.close();
    const upstream = await bench.upstream([address], { failAfter: 1, failTimeoutMs: 1 });
    expect((await answerOf(upstream)).status).toBe(502);
    const again = await bench.listenAt(address, answering(GOOD));
    const timeMs = performance.now() + 1;
    await until('its time is over', () => performance.now() > timeMs);
    expect((await answerOf(upstream)).text).toBe('hello');
    expect(again.acceptedCount).toBe(1);
    expect(upstream.status().servers[0]?.isUp).toBe(true);
  });

  it('sends what can be repeated again if a kept connection turns out to be closed', async () => {
    let requests = 0;
    const server = await bench.listen((socket) => {
      const number = server.acceptedCount;
      socket.on('data', () => {
        requests++;
        if (number === 1 && requests > 1) socket.destroy();
        else socket.write(replyOf(GOOD));
      });
    });
    const upstream = await bench.upstream([server], keeping);
    expect((await answerOf(upstream)).text).toBe('hello');
    expect((await answerOf(upstream)).text).toBe('hello');
    expect(server.acceptedCount).toBe(2);
    expect(upstream.status().servers[0]).toMatchObject({ failedCount: 0 });
  });

  it('does not send a POST again that a server may have acted on', async () => {
    let requests = 0;
    const server = await bench.listen((socket) => {
      socket.on('data', () => {
        requests++;
        if (requests === 2) socket.destroy();
        else socket.write(replyOf(GOOD));
      });
    });
    const upstream = await bench.upstream([server], keeping);
    const post = { variables: { REQUEST_METHOD: 'POST' } };
    expect((await answerOf(upstream, post)).text).toBe('hello');
    expect(await answerOf(upstream, post)).toMatchObject({ outcome: 'SLUICE_UPSTREAM_LOST', status: 502 });
    expect(requests).toBe(2);
  });

  it('does not send a request again that broke a new connection', async () => {
    const server = await bench.listen((socket) => socket.on('data', () => socket.destroy()));
    const upstream = await bench.upstream([server]);
    expect(await answerOf(upstream)).toMatchObject({ outcome: 'SLUICE_UPSTREAM_LOST', status: 502 });
    expect(server.acceptedCount).toBe(1);
  });

  it('sends a request elsewhere that a server refused as too much, a POST too', async () => {
    const busy = await bench.listen((socket) => {
      socket.on('data', () => socket.write(encodeEndRequest(1, 0, ProtocolStatus.OVERLOADED)));
    });
    const free = await bench.listen(answering(GOOD));
    const upstream = await bench.upstream([busy, free]);
    const post = { variables: { REQUEST_METHOD: 'POST', CONTENT_LENGTH: '2' }, body: bytesBody('xy') };
    for (let times = 0; times < 2; times++) expect((await answerOf(upstream, post)).text).toBe('hello');
  });

  it('answers 503 if every server refuses', async () => {
    const busy = await bench.listen((socket) => {
      socket.on('data', () => socket.write(encodeEndRequest(1, 0, ProtocolStatus.OVERLOADED)));
    });
    const upstream = await bench.upstream([busy]);
    expect(await answerOf(upstream)).toMatchObject({ outcome: 'SLUICE_UPSTREAM_REFUSED', status: 503 });
  });
});

describe('an upstream whose servers are slow', () => {
  const silent = (): Promise<RawServer> => bench.listen((socket) => void socket.resume());

  it('answers 504 when nothing has come for as long as allowed', async () => {
    const upstream = await bench.upstream([await silent()], { idleMs: 20 });
    const answer = await answerOf(upstream);
    expect(answer).toMatchObject({ outcome: 'SLUICE_UPSTREAM_TIMEOUT', status: 504 });
    expect(answer.message).toContain('nothing came for 20 ms (read_timeout)');
  });

  it('aborts a reply that stops', async () => {
    const server = await bench.listen((socket) => {
      socket.on('data', () => socket.write(encodeStream(RecordType.STDOUT, 1, Buffer.from(GOOD))));
    });
    const upstream = await bench.upstream([server], { idleMs: 20 });
    const { reply, exchange, done } = ask(upstream);
    await done;
    expect(exchange.outcome).toBe('SLUICE_UPSTREAM_TIMEOUT');
    expect(exchange.error?.message).toContain('nothing more came');
    expect(reply.ending).toBe('aborted');
  });

  it('does not count the time in which the client takes nothing', async () => {
    const server = await bench.listen((socket) => {
      socket.on('data', () => socket.write(encodeStream(RecordType.STDOUT, 1, Buffer.from(GOOD))));
    });
    const upstream = await bench.upstream([server], { idleMs: 5 });
    const asked = makeExchange();
    asked.reply.isWritable = false;
    upstream.handle(asked.exchange);
    await until('the reply has begun', () => asked.reply.calls.length > 0);
    // Others time out meanwhile, more than once.
    for (let times = 0; times < 3; times++) expect((await answerOf(upstream)).outcome).not.toBe('complete');
    expect(asked.exchange.outcome).toBeNull();
    asked.reply.isWritable = true;
    asked.exchange.drained();
    await asked.done;
    expect(asked.exchange.outcome).toBe('SLUICE_UPSTREAM_TIMEOUT');
  });

  it('ends a request at its total limit, and at that of its first byte', async () => {
    const server = await silent();
    const upstream = await bench.upstream([server], { requestMs: 20 });
    expect((await answerOf(upstream)).message).toContain('more than 20 ms (request_timeout)');
    const own = { requestTimeoutMs: null, firstByteTimeoutMs: 10, streamIdleTimeoutMs: null };
    expect((await answerOf(upstream.withTimeouts(own))).message).toContain(
      'within 10 ms (first_byte_timeout)',
    );
  });

  it('lets so many wait as the queue holds, as long as it allows, and serves them in turn', async () => {
    const sockets: Socket[] = [];
    const server = await bench.listen((socket) => socket.once('data', () => sockets.push(socket)));
    const upstream = await bench.upstream([server], { inFlightMax: 1, queueLength: 2 });
    const asked = [ask(upstream), ask(upstream), ask(upstream)];
    expect(upstream.status()).toMatchObject({ waiting: 2 });
    expect(await answerOf(upstream)).toMatchObject({ outcome: 'SLUICE_QUEUE_FULL', status: 503 });
    asked[1]?.exchange.cancel();
    expect(upstream.status()).toMatchObject({ waiting: 1 });
    for (const [turn, index] of [0, 2].entries()) {
      await until('the server has it', () => sockets.length > turn);
      sockets[turn]?.write(replyOf(GOOD));
      await asked[index]?.done;
      expect(asked[index]?.reply.text).toBe('hello');
    }
    expect(server.acceptedCount).toBe(2);
  });

  it('counts the time that something waits from its beginning, whatever happens to servers meanwhile', async () => {
    const server = await bench.listen((socket) => void socket.resume(), 'tcp');
    const { port } = server.server.address() as AddressInfo;
    let lookUps = 0;
    const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
    // Each time in another order, which is news.
    const resolver = {
      addresses: () => Promise.resolve(lookUps++ % 2 === 0 ? addresses : addresses.toReversed()),
      services: () => Promise.resolve([]),
    };
    const second = new RawServer((socket) => void socket.resume());
    bench.closes(() => second.close());
    second.server.listen(port, '127.0.0.2');
    await once(second.server, 'listening');
    const options = { resolver, resolveEveryMs: 1, inFlightMax: 1, queueTimeoutMs: 50 };
    const upstream = await bench.upstream([{ kind: 'tcp', host: 'app.internal', port }], options);
    ask(upstream);
    ask(upstream);
    expect((await answerOf(upstream)).outcome).toBe('SLUICE_QUEUE_TIMEOUT');
    expect(lookUps).toBeGreaterThan(2);
  });

  it('answers 503 to what waited too long', async () => {
    const upstream = await bench.upstream([await silent()], { inFlightMax: 1, queueTimeoutMs: 10 });
    ask(upstream);
    expect(await answerOf(upstream)).toMatchObject({ outcome: 'SLUICE_QUEUE_TIMEOUT', status: 503 });
  });
});

describe('an upstream whose server accepts nothing for now', () => {
  async function full(): Promise<FullBacklog & { readonly address: UpstreamAddress }> {
    const address = bench.nowhere();
    if (address.kind !== 'unix') throw new Error('not a Unix socket');
    const server = await fullBacklog(address.path, replyOf(GOOD));
    bench.closes(() => server.close());
    return { ...server, address };
  }

  it('waits until there is room in the backlog of a Unix socket', async () => {
    const server = await full();
    const upstream = await bench.upstream([server.address], { connectTimeoutMs: 30_000 });
    const { exchange, reply, done } = ask(upstream);
    // Another one is refused meanwhile, as everybody would be.
    const other = await bench.upstream([server.address], { connectTimeoutMs: 30 });
    expect(await answerOf(other)).toMatchObject({ outcome: 'SLUICE_UPSTREAM_TIMEOUT', status: 504 });
    expect(exchange.outcome).toBeNull();
    server.open();
    await done;
    expect(reply.text).toBe('hello');
  });
});

describe('an upstream that stops', () => {
  it('finishes what it has, and takes nothing new', async () => {
    const sockets: Socket[] = [];
    const server = await bench.listen((socket) => socket.once('data', () => sockets.push(socket)));
    const upstream = await bench.upstream([server]);
    const { reply, done } = ask(upstream);
    await until('the server has it', () => sockets.length === 1);
    const stopped = upstream.stop();
    expect(await answerOf(upstream)).toMatchObject({ outcome: 'SLUICE_STOPPING', status: 503 });
    sockets[0]?.write(replyOf(GOOD));
    await done;
    await stopped;
    expect(reply.text).toBe('hello');
    await until('no connection is left', () => server.sockets.size === 0);
  });

  it('cuts off what takes longer than allowed', async () => {
    const server = await bench.listen((socket) => void socket.resume());
    const upstream = await bench.upstream([server], { stopTimeoutMs: 10 });
    const { exchange, done } = ask(upstream);
    await upstream.stop();
    await done;
    expect(exchange.outcome).toBe('SLUICE_STOPPING');
  });
});

describe('a client that goes away', () => {
  it('lets go of the connection, whether it stands or not', async () => {
    const server = await bench.listen((socket) => void socket.resume());
    const upstream = await bench.upstream([server]);
    ask(upstream).exchange.cancel();
    const { exchange } = ask(upstream);
    await until('the server is asked', () => server.sockets.size > 0);
    exchange.cancel();
    await until('no connection is left', () => server.sockets.size === 0);
    expect(upstream.status().servers[0]).toMatchObject({ inFlight: 0, failedCount: 0 });
  });

  it('is no failure of the server if its body breaks off', async () => {
    const server = await bench.listen((socket) => void socket.resume());
    const upstream = await bench.upstream([server]);
    const body = new BodyStream({ pause: () => {}, resume: () => {} }, 100);
    const { exchange, done } = ask(upstream, { variables: { REQUEST_METHOD: 'POST' }, body });
    await until('the server is asked', () => server.sockets.size > 0);
    body.fail(new Error('cut'));
    await done;
    expect(exchange.outcome).toBe('SLUICE_BAD_REQUEST');
    expect(upstream.status().servers[0]).toMatchObject({ inFlight: 0, failedCount: 0 });
  });
});

describe('an upstream whose names change', () => {
  it('sends new requests to the new servers, and finishes those of the old', async () => {
    const sockets: Socket[] = [];
    const old = await bench.listen((socket) => socket.once('data', () => sockets.push(socket)), 'tcp');
    const { port } = old.server.address() as AddressInfo;
    const found = ['127.0.0.1'];
    const resolver = {
      addresses: () => Promise.resolve(found.map((address) => ({ address, family: 4 }))),
      services: () => Promise.resolve([]),
    };
    const upstream = await bench.upstream([{ kind: 'tcp', host: 'app.internal', port }], {
      resolver,
      resolveEveryMs: 1,
    });
    const first = ask(upstream);
    await until('the old server has it', () => sockets.length === 1);
    // Another loopback address is another machine.
    const fresh = new RawServer(answering(GOOD));
    bench.closes(() => fresh.close());
    fresh.server.listen(port, '127.0.0.2');
    await once(fresh.server, 'listening');
    found[0] = '127.0.0.2';
    await bench.reporter.line(/^found 127\.0\.0\.2:/);
    expect((await answerOf(upstream)).text).toBe('hello');
    expect(upstream.status().servers.map(({ inFlight }) => inFlight)).toEqual([0, 1]);
    sockets[0]?.write(replyOf(GOOD));
    await first.done;
    expect(first.reply.text).toBe('hello');
    expect(upstream.status().servers).toHaveLength(1);
    await until('the old connection is closed', () => old.sockets.size === 0);
  });

  it('answers 503 while nothing is known, and serves as soon as something is', async () => {
    const server = await bench.listen(answering(GOOD), 'tcp');
    const { port } = server.server.address() as AddressInfo;
    let isKnown = false;
    const resolver = {
      addresses: () =>
        isKnown
          ? Promise.resolve([{ address: '127.0.0.1', family: 4 }])
          : Promise.reject(new Error('ENOTFOUND')),
      services: () => Promise.resolve([]),
    };
    const servers = [{ kind: 'tcp', host: 'app.internal', port } as const];
    const upstream = await bench.upstream(servers, { resolver, resolveEveryMs: 1 });
    const answer = await answerOf(upstream);
    expect(answer).toMatchObject({ outcome: 'SLUICE_UPSTREAM_DOWN', status: 503 });
    expect(answer.message).toContain('no address is known');
    expect(bench.reporter.lines).toContain('no app.internal: ENOTFOUND');
    isKnown = true;
    await bench.reporter.line(/^found 127\.0\.0\.1:/);
    expect((await answerOf(upstream)).text).toBe('hello');
  });
});
