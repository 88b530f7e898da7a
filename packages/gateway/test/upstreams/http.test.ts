// Upstreams of HTTP, over servers of Node.
import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextRound } from 'node:timers/promises';
import type { HttpForwarding } from '../../src/backends/upstreams/http-request.ts';
import { HttpProtocol } from '../../src/backends/upstreams/http.ts';
import type { UpstreamOptions } from '../../src/backends/upstreams/upstream-options.ts';
import type { Upstream } from '../../src/backends/upstreams/upstream.ts';
import { knownForwarding } from '../../src/config/forwarding-headers.ts';
import { BodyStream } from '../../src/exchange/body.ts';
import { bytesBody } from '../helpers/exchanges.ts';
import { expectHeldUp, Flood } from '../helpers/flood.ts';
import { until } from '../helpers/settled.ts';
import { answerOf, ask, UpstreamBench } from '../helpers/upstream-bench.ts';

const forwarding: HttpForwarding = { mode: 'replace', headers: knownForwarding };
const protocol = new HttpProtocol({ keepsConnections: true, forwarding });
const keeping = { protocol, keptCount: 4 };

const bench = new UpstreamBench();
afterEach(() => bench.close());

async function upstreamOf(
  listener: RequestListener,
  options: Partial<UpstreamOptions> = {},
): Promise<Upstream> {
  const path = `${bench.directory()}/app.sock`;
  const server = createServer(listener);
  server.listen(path);
  await once(server, 'listening');
  bench.closes(async () => {
    server.closeAllConnections();
    const closed = once(server, 'close');
    server.close();
    await closed;
  });
  return bench.upstream([{ kind: 'unix', path }], { ...keeping, ...options });
}

const GET = {
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/a%20b?c=d',
  HTTP_HOST: 'example.com',
  REMOTE_ADDR: '10.0.0.9',
};

describe('an upstream of HTTP', () => {
  it('passes a request on, and the reply back', async () => {
    let seen: IncomingMessage | null = null;
    const upstream = await upstreamOf((request, response) => {
      seen = request;
      response.writeHead(201, 'Made', ['X-Back', 'caf\xe9', 'Set-Cookie', 'a', 'Set-Cookie', 'b']);
      request.on('data', (chunk: Buffer) => response.write(chunk));
      request.on('end', () => response.end('!'));
    });
    const variables = { ...GET, REQUEST_METHOD: 'POST', CONTENT_TYPE: 'text/x', HTTP_X_WORD: 'caf\xe9' };
    const { exchange, reply, done } = ask(upstream, { variables, body: bytesBody('hello') });
    await done;
    expect([exchange.outcome, reply.sentHead?.status, reply.sentHead?.reason]).toEqual([
      'complete',
      201,
      'Made',
    ]);
    expect([...(reply.sentHead?.headers() ?? [])].slice(0, 3)).toEqual([
      ['X-Back', 'caf\xe9'],
      ['Set-Cookie', 'a'],
      ['Set-Cookie', 'b'],
    ]);
    expect(reply.text).toBe('hello!');
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/a%20b?c=d',
      headers: {
        host: 'example.com',
        'content-type': 'text/x',
        'content-length': '5',
        'x-word': 'caf\xe9',
        'x-forwarded-for': '10.0.0.9',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'example.com',
      },
    });
  });

  it('frames a body by its own length, whatever headers say', async () => {
    let bodies = '';
    const upstream = await upstreamOf((request, response) => {
      request.on('data', (chunk: Buffer) => (bodies += chunk.toString()));
      request.on('end', () => response.end('ok'));
    });
    const variables = {
      ...GET,
      REQUEST_METHOD: 'POST',
      CONTENT_LENGTH: '3',
      HTTP_CONTENT_LENGTH: '3',
      HTTP_TRANSFER_ENCODING: 'chunked',
    };
    const body = bytesBody('0\r\n\r\nGET /evil HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await answerOf(upstream, { variables, body })).text).toBe('ok');
    expect(bodies).toBe('0\r\n\r\nGET /evil HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(upstream.status().servers[0]).toMatchObject({ servedCount: 1 });
  });

  it('sends a body that is in a file', async () => {
    const path = `${bench.directory()}/body`;
    const text = 'abcdefghij'.repeat(50_000);
    writeFileSync(path, text);
    const upstream = await upstreamOf((request, response) => void request.pipe(response));
    const body = { kind: 'file', path, sizeBytes: text.length } as const;
    const { outcome, text: back } = await answerOf(upstream, {
      variables: { ...GET, REQUEST_METHOD: 'PUT' },
      body,
    });
    expect([outcome, back === text]).toEqual(['complete', true]);
  });

  it('sends a body of unknown size in chunks, and pauses its source while the server takes nothing', async () => {
    let isPaused = false;
    const body = new BodyStream({ pause: () => (isPaused = true), resume: () => (isPaused = false) }, null);
    let go = (): void => {};
    const upstream = await upstreamOf((request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => (size += chunk.length));
      request.on('end', () => response.end(`${size} ${request.headers['transfer-encoding']}`));
      request.pause();
      go = () => void request.resume();
    });
    const { reply, done } = ask(upstream, { variables: { ...GET, REQUEST_METHOD: 'POST' }, body });
    let sent = 0;
    while (!isPaused) {
      body.push(Buffer.alloc(65_536));
      sent += 65_536;
      await nextRound();
    }
    go();
    body.finish();
    await done;
    expect(reply.text).toBe(`${sent} chunked`);
  });

  it('reads no further while the client takes nothing', async () => {
    const flood = new Flood();
    const upstream = await upstreamOf((_request, response) => flood.into(response));
    await expectHeldUp(upstream, flood, { variables: GET });
  });

  it('uses a kept connection for the next request', async () => {
    let connections = 0;
    const upstream = await upstreamOf((request, response) => {
      if (request.socket.listenerCount('counted') === 0) connections++;
      request.socket.on('counted', () => {});
      response.end('x');
    });
    for (let times = 0; times < 5; times++)
      expect((await answerOf(upstream, { variables: GET })).text).toBe('x');
    expect(connections).toBe(1);
    expect(upstream.status().servers[0]).toMatchObject({ servedCount: 5, idleConnections: 1, inFlight: 0 });
  });

  it('closes each connection, and says so, if none is kept', async () => {
    let said: string | undefined;
    const upstream = await upstreamOf(
      (request, response) => {
        said = request.headers.connection;
        response.end('x');
      },
      { protocol: new HttpProtocol({ keepsConnections: false, forwarding }), keptCount: 0 },
    );
    expect((await answerOf(upstream, { variables: GET })).text).toBe('x');
    expect([said, upstream.status().servers[0]?.idleConnections]).toEqual(['close', 0]);
  });

  it('sends a request again whose kept connection had been closed', async () => {
    const open: Socket[] = [];
    const upstream = await upstreamOf((request, response) => {
      open.push(request.socket);
      response.end('x');
    });
    expect((await answerOf(upstream, { variables: GET })).outcome).toBe('complete');
    for (const socket of open) socket.destroy();
    expect((await answerOf(upstream, { variables: GET })).outcome).toBe('complete');
    expect(upstream.status().servers[0]).toMatchObject({ failedCount: 0 });
  });

  it('closes the connection when the client has gone', async () => {
    let isOver = false;
    const upstream = await upstreamOf((request) => void request.socket.on('close', () => (isOver = true)));
    const { exchange } = ask(upstream, { variables: GET });
    await until('the request has been sent', () => upstream.status().servers[0]?.inFlight === 1);
    for (let turn = 0; turn < 10; turn++) await nextRound();
    exchange.cancel();
    await until('the server has noticed', () => isOver);
    expect(upstream.status().servers[0]).toMatchObject({ inFlight: 0, failedCount: 0 });
  });

  it('tells an upload that breaks off from a server that fails', async () => {
    const upstream = await upstreamOf((request) => void request.resume());
    const body = new BodyStream({ pause: () => {}, resume: () => {} }, 100);
    const { exchange, done } = ask(upstream, { variables: { ...GET, REQUEST_METHOD: 'POST' }, body });
    body.push(Buffer.from('half'));
    for (let turn = 0; turn < 10; turn++) await nextRound();
    body.fail(new Error('the client left'));
    await done;
    expect([exchange.outcome, exchange.error?.message]).toEqual([
      'SLUICE_BAD_REQUEST',
      expect.stringContaining('the request body is not complete: the client left'),
    ]);
    expect(upstream.status().servers[0]).toMatchObject({ failedCount: 0 });
  });

  it('takes an early answer to an upload for the answer', async () => {
    const upstream = await upstreamOf((_request, response) => {
      response.writeHead(413, { Connection: 'close' });
      response.end('too large');
    });
    const body = new BodyStream({ pause: () => {}, resume: () => {} }, 1_000_000);
    const { reply, done } = ask(upstream, { variables: { ...GET, REQUEST_METHOD: 'POST' }, body });
    body.push(Buffer.alloc(1_000));
    await done;
    expect([reply.sentHead?.status, reply.text]).toEqual([413, 'too large']);
  });

  it('has no body in a reply to HEAD', async () => {
    const upstream = await upstreamOf((_request, response) => {
      response.setHeader('Content-Length', '4');
      response.end();
    });
    const { reply, done } = ask(upstream, { variables: { ...GET, REQUEST_METHOD: 'HEAD' } });
    await done;
    expect([reply.text, reply.sentHead?.get('content-length')]).toEqual(['', '4']);
  });

  it('looks after the health of servers', async () => {
    let asked = 0;
    const upstream = await upstreamOf(
      (request, response) => {
        if (request.url === '/ping') asked++;
        response.statusCode = 500;
        response.end();
      },
      { checks: { everyMs: 10, timeoutMs: 5_000, path: '/ping' } },
    );
    await bench.reporter.line(/^down .*answered with 500/);
    expect(asked).toBeGreaterThan(0);
    expect((await answerOf(upstream, { variables: GET })).status).toBe(503);
  });
});

describe('a request that cannot be sent on', () => {
  it('because it has no method, or a header that is none, is refused, and nothing is sent', async () => {
    let count = 0;
    const upstream = await upstreamOf((_request, response) => {
      count++;
      response.end();
    });
    for (const odd of [
      { ...GET, REQUEST_METHOD: 'GET /evil HTTP/1.1\r\nX:' },
      { ...GET, HTTP_X: 'a\r\nEvil: 1' },
      { ...GET, HTTP_HOST: 'a\r\nEvil: 1' },
      { ...GET, 'HTTP_X Y': 'a' },
    ]) {
      expect((await answerOf(upstream, { variables: odd })).status).toBe(400);
    }
    expect([count, upstream.status().servers[0]?.failedCount]).toEqual([0, 0]);
  });
});
