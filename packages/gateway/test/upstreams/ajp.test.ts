import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type ServerOptions } from '@sluice/ajp';
import { AjpProtocol } from '../../src/backends/upstreams/ajp.ts';
import type { UpstreamAddress } from '../../src/backends/upstreams/names.ts';
import type { Upstream } from '../../src/backends/upstreams/upstream.ts';
import { BodyStream } from '../../src/exchange/body.ts';
import { bytesBody } from '../helpers/exchanges.ts';
import { until } from '../helpers/settled.ts';
import { answerOf, ask, UpstreamBench } from '../helpers/upstream-bench.ts';

const bench = new UpstreamBench();
afterEach(() => bench.close());

const plain = { protocol: new AjpProtocol({ secret: null, packetBytes: 8192 }), keptCount: 4 };

async function container(listener: RequestListener, options: ServerOptions = {}): Promise<UpstreamAddress> {
  const path = `${bench.directory()}/container.sock`;
  const server = createServer(options, listener);
  server.listen({ path });
  await once(server, 'listening');
  bench.closes(() => server.close({ timeoutMs: 0 }));
  return { kind: 'unix', path };
}

async function upstreamOf(listener: RequestListener): Promise<Upstream> {
  return bench.upstream([await container(listener)], plain);
}

const asked = {
  variables: {
    REQUEST_METHOD: 'GET',
    REQUEST_URI: '/a%20b?x=1',
    QUERY_STRING: 'x=1',
    SERVER_NAME: 'example.org',
    SERVER_PORT: '8443',
    SERVER_PROTOCOL: 'HTTP/1.1',
    HTTPS: 'on',
    REMOTE_ADDR: '192.0.2.7',
    REMOTE_PORT: '4711',
    REMOTE_USER: 'ada',
    SSL_CIPHER: 'TLS_AES_128_GCM_SHA256',
    HTTP_HOST: 'example.org:8443',
    HTTP_X_WORD: 'caf\xe9',
    HTTP_CONNECTION: 'upgrade',
    HTTP_UPGRADE: 'websocket',
  },
};

describe('an upstream of AJP', () => {
  it('says everything about a request that AJP has a field for', async () => {
    let seen: unknown;
    const upstream = await upstreamOf((request, response) => {
      const { method, url, secure, remoteAddress, headers } = request;
      seen = { method, url, secure, remoteAddress, headers };
      response.end('x');
    });
    expect((await answerOf(upstream, asked)).outcome).toBe('complete');
    expect(seen).toEqual({
      method: 'GET',
      url: '/a%20b?x=1',
      secure: true,
      remoteAddress: '192.0.2.7',
      headers: { host: 'example.org:8443', 'x-word': 'caf\xe9', 'content-length': '0' },
    });
  });

  it('passes the reply back, with a reason where the container gave a number', async () => {
    const upstream = await upstreamOf((_request, response) => {
      response.setHeader('X-Back', 'yes');
      response.statusCode = 404;
      response.end('no such thing');
    });
    const { reply, done } = ask(upstream, asked);
    await done;
    expect(reply.sentHead?.bytes.toString('latin1')).toMatch(/^404 Not Found\r\n/);
    expect(reply.sentHead?.get('x-back')).toBe('yes');
    expect(reply.text).toBe('no such thing');
  });

  it.each(['memory', 'file', 'pieces of a stream'])(
    'sends a body from %s as it is asked for',
    async (where) => {
      const text = 'abcdefghij'.repeat(10_000);
      const upstream = await upstreamOf((request, response) => void request.pipe(response));
      const variables = { REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(text.length) };
      if (where === 'memory') {
        expect((await answerOf(upstream, { variables, body: bytesBody(text) })).text).toBe(text);
      } else if (where === 'file') {
        const path = `${bench.directory()}/body`;
        writeFileSync(path, text);
        const body = { kind: 'file', path, sizeBytes: text.length } as const;
        expect((await answerOf(upstream, { variables, body })).text).toBe(text);
      } else {
        const body = new BodyStream({ pause: () => {}, resume: () => {} }, null);
        const answer = answerOf(upstream, { variables: { REQUEST_METHOD: 'POST' }, body });
        for (let at = 0; at < text.length; at += 7_777) body.push(Buffer.from(text.slice(at, at + 7_777)));
        body.finish();
        expect((await answer).text).toBe(text);
      }
      expect(upstream.status().servers[0]).toMatchObject({ idleConnections: 1, servedCount: 1 });
    },
  );

  it('uses a kept connection for the next request', async () => {
    const upstream = await upstreamOf((_request, response) => response.end('x'));
    for (let times = 0; times < 5; times++) expect((await answerOf(upstream, asked)).text).toBe('x');
    expect(upstream.status().servers[0]).toMatchObject({ servedCount: 5, idleConnections: 1 });
  });

  it('sends the secret, and passes the refusal on without it', async () => {
    const address = await container((_request, response) => response.end('in'), { secret: 'open sesame' });
    const protocol = new AjpProtocol({ secret: 'open sesame', packetBytes: 8192 });
    const knowing = await bench.upstream([address], { protocol });
    expect((await answerOf(knowing, asked)).text).toBe('in');
    const ignorant = await bench.upstream([address], plain);
    expect((await answerOf(ignorant, asked)).status).toBe(403);
  });

  it('refuses a request whose headers do not fit, and keeps serving', async () => {
    const upstream = await upstreamOf((_request, response) => response.end('x'));
    const long = { variables: { ...asked.variables, HTTP_COOKIE: 'x'.repeat(9000) } };
    expect(await answerOf(upstream, long)).toMatchObject({
      outcome: 'SLUICE_HEADERS_TOO_LARGE',
      status: 431,
    });
    expect((await answerOf(upstream, asked)).text).toBe('x');
    expect(upstream.status().servers[0]).toMatchObject({ failedCount: 0, isUp: true });
  });

  it('closes the connection of a request whose client has gone', async () => {
    const arrived: { readonly destroyed: boolean }[] = [];
    const upstream = await upstreamOf((request) => {
      request.on('error', () => {});
      arrived.push(request);
    });
    const body = new BodyStream({ pause: () => {}, resume: () => {} }, 100);
    const { exchange } = ask(upstream, {
      variables: { REQUEST_METHOD: 'POST', CONTENT_LENGTH: '100' },
      body,
    });
    body.push(Buffer.from('begun'));
    await until('the container has the request', () => arrived.length === 1);
    body.fail(new Error('the client is gone'));
    exchange.cancel();
    await until('the container knows', () => arrived[0]?.destroyed === true);
    expect(exchange.outcome).toBe('cancelled');
    expect(upstream.status().servers[0]).toMatchObject({ inFlight: 0, failedCount: 0 });
  });
});
