import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { request } from '../src/node/request.ts';
import { createServer, type RequestListener, type ServerOptions } from '../src/node/server.ts';
import { Agent } from '../src/node/agent.ts';
import type { ServerRequest } from '../src/server-request.ts';
import { NodePair, readAll } from './helpers/node-pair.ts';
import type { IncomingResponse } from '../src/node/incoming-response.ts';

describe('createServer and request', () => {
  let pair: NodePair | null = null;

  afterEach(async () => {
    await pair?.close();
    pair = null;
  });

  async function start(listener: RequestListener, options: ServerOptions = {}): Promise<NodePair> {
    pair = await new NodePair(listener, options).listen();
    return pair;
  }

  it('carry a request and its response', async () => {
    const { fetch } = bind(
      await start((incoming, response) => {
        response.setHeader('Content-Type', 'text/plain');
        response.setHeader('Set-Cookie', ['a=1', 'b=2']);
        response.end(
          JSON.stringify({ method: incoming.method, url: incoming.url, headers: incoming.headers }),
        );
      }),
    );
    const { response, body } = await fetch({
      path: '/a%20b?x=1',
      headers: { Host: 'example.org', 'X-A': ['1', '2'] },
    });
    expect(response.statusCode).toBe(200);
    expect(response.statusMessage).toBe('OK');
    expect(response.headers).toMatchObject({
      'content-type': 'text/plain',
      'content-length': String(body.length),
    });
    expect(response.headerList.filter(([name]) => name === 'set-cookie')).toEqual([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ]);
    expect(JSON.parse(body.toString())).toEqual({
      method: 'GET',
      url: '/a%20b?x=1',
      headers: { host: 'example.org', 'x-a': '1, 2', 'content-length': '0' },
    });
  });

  it('carry what the front knows about its client', async () => {
    const { fetch } = bind(
      await start((incoming, response) => {
        const { remoteUser, authType, route, sslCipher, sslKeySize, sslCertificate, attributes } =
          incoming.head;
        const { secure, remoteAddress } = incoming;
        response.end(
          JSON.stringify({
            secure,
            remoteAddress,
            remoteUser,
            authType,
            route,
            sslCipher,
            sslKeySize,
            sslCertificate,
            attributes,
          }),
        );
      }),
    );
    const facts = {
      secure: true,
      remoteAddress: '192.0.2.7',
      remoteUser: 'alice',
      authType: 'Basic',
      route: 'node1',
      sslCipher: 'TLS_AES_128_GCM_SHA256',
      sslKeySize: 128,
      sslCertificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      attributes: [['AJP_REMOTE_PORT', '51000'] as const, ['AJP_LOCAL_ADDR', null] as const],
    };
    const { body } = await fetch(facts);
    expect(JSON.parse(body.toString())).toEqual(facts);
  });

  it('agree on a secret in any script', async () => {
    const { fetch } = bind(await start((_, response) => void response.end('x'), { secret: 'Käse €' }));
    expect((await fetch({ secret: 'Käse €' })).response.statusCode).toBe(200);
    expect((await fetch({ secret: 'Kase €' })).response.statusCode).toBe(403);
  });

  it.each([0, 1, 8186, 8187, 300_000])('echo a body of %d bytes, length stated', async (length) => {
    const { fetch } = bind(await start((incoming, response) => void incoming.pipe(response)));
    const sent = Buffer.alloc(length, 'abcdefg');
    const { body } = await fetch({ method: 'POST' }, sent);
    expect(body.equals(sent)).toBe(true);
  });

  it('echo a streamed body of unknown length, in both directions at the reader’s pace', async () => {
    const running = await start((incoming, response) => {
      expect(incoming.contentLength).toBeNull();
      void incoming.pipe(response);
    });
    const outgoing = running.request({ method: 'POST' });
    const echoed = once(outgoing, 'response').then(([response]) => readAll(response as IncomingResponse));
    const pieces = Array.from({ length: 200 }, (_, index) => Buffer.alloc(5000, index));
    await pipeline(Readable.from(pieces), outgoing);
    expect((await echoed).equals(Buffer.concat(pieces))).toBe(true);
  });

  it('answer HEAD without a body', async () => {
    const { fetch } = bind(await start((_, response) => void response.end('hello')));
    const { response, body } = await fetch({ method: 'HEAD' });
    expect(response.headers['content-length']).toBe('5');
    expect(body).toHaveLength(0);
  });

  it('let flushed pieces through before the response ends', async () => {
    let finish = (): void => {};
    const running = await start((_, response) => {
      response.write('first');
      response.flush();
      finish = () => void response.end('last');
    });
    const outgoing = running.request();
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingResponse];
    const [chunk] = (await once(response, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('first');
    const rest = readAll(response);
    finish();
    expect((await rest).toString()).toBe('last');
  });

  it('use one connection for request after request', async () => {
    const served = new Set<ServerRequest>();
    const running = await start((incoming, response) => {
      served.add(incoming.serverRequest);
      response.end(incoming.uri);
    });
    for (const path of ['/a', '/b', '/c']) expect((await running.fetch({ path })).body.toString()).toBe(path);
    expect(served.size).toBe(3);
    expect(running.connectionCount).toBe(1);
  });

  it('fail with a truncated response when the application aborts in the middle', async () => {
    const running = await start((_, response) => {
      response.write('half');
      response.flush();
      setImmediate(() => response.abort());
    });
    const outgoing = running.request();
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingResponse];
    await expect(readAll(response)).rejects.toMatchObject({ code: 'AJP_RESPONSE_TRUNCATED' });
  });

  it('tell the application when the front leaves', async () => {
    let leave = (): void => {};
    let closed = Promise.resolve(true);
    const running = await start((_, response) => {
      closed = new Promise((resolve) => response.on('close', () => resolve(response.writableFinished)));
      leave();
    });
    const outgoing = running.request();
    const given = once(outgoing, 'response');
    leave = () => void outgoing.destroy();
    outgoing.end();
    await expect(given).rejects.toMatchObject({ code: 'AJP_ABORTED' });
    expect(await closed).toBe(false);
  });

  it('answer 500 for a header that cannot be sent, and report the error', async () => {
    const failures: unknown[] = [];
    const { fetch } = bind(
      await start((_, response) => {
        response.on('error', (error) => failures.push(error));
        response.setHeader('X', 'a\nb');
        response.end('x');
      }),
    );
    const { response, body } = await fetch({ method: 'POST' });
    expect([response.statusCode, body.length]).toEqual([500, 0]);
    expect(failures).toMatchObject([{ code: 'AJP_INVALID_HEADER' }]);
  });

  it('speak over Unix sockets', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ajp-'));
    const socketPath = join(folder, 'ajp.sock');
    const server = createServer((_, response) => void response.end('unix'));
    server.listen(socketPath);
    await once(server, 'listening');
    const agent = new Agent();
    const outgoing = request({ socketPath, agent });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingResponse];
    expect((await readAll(response)).toString()).toBe('unix');
    agent.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });
});

describe('options that are out of range', () => {
  it.each([
    [{ secret: '' }, 'the secret is empty'],
    [{ secret: null }, 'the secret is not a string; leave it out to ask for none'],
    [{ limits: { packetSize: 100 } }, 'packetSize is 100, must be an integer from 8192 to 65536'],
  ])('are refused before a front connects: %p', (options, message) => {
    expect(() => createServer(options as ServerOptions)).toThrow(
      expect.objectContaining({ code: 'AJP_INVALID_OPTION', message }),
    );
  });
});

describe('listen', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.org', '1270.0.0.1'])(
    'refuses %s without a secret',
    (host) => {
      expect(() => createServer().listen({ port: 0, host })).toThrow(
        expect.objectContaining({ code: 'AJP_SECRET_REQUIRED' }),
      );
    },
  );

  it.each<ServerOptions>([{ secret: 'x' }, { allowPublicWithoutSecret: true }])(
    'opens any address with %p',
    async (options) => {
      const server = createServer(options);
      server.listen({ port: 0, host: '0.0.0.0' });
      await once(server, 'listening');
      await server.close();
    },
  );
});

function bind(pair: NodePair): Pick<NodePair, 'fetch'> {
  return { fetch: pair.fetch.bind(pair) };
}
