import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import {
  createServer,
  encodeBeginRequest,
  encodeParams,
  encodeStreamEnd,
  RecordType,
  Role,
  type RequestListener,
} from '@sluice/fastcgi';
import { FastCgiProtocol } from '../../src/backends/upstreams/fastcgi.ts';
import type { UpstreamAddress } from '../../src/backends/upstreams/names.ts';
import type { UpstreamOptions } from '../../src/backends/upstreams/upstream-options.ts';
import type { Upstream } from '../../src/backends/upstreams/upstream.ts';
import { BodyStream } from '../../src/exchange/body.ts';
import { Variables } from '../../src/exchange/variables.ts';
import { bytesBody, makeExchange } from '../helpers/exchanges.ts';
import { setImmediate as nextRound } from 'node:timers/promises';
import { expectHeldUp, Flood } from '../helpers/flood.ts';
import { answerOf, ask, UpstreamBench } from '../helpers/upstream-bench.ts';

const bench = new UpstreamBench();
afterEach(() => bench.close());

async function application(listener: RequestListener): Promise<UpstreamAddress> {
  const path = `${bench.directory()}/app.sock`;
  const server = createServer(listener);
  server.on('clientError', () => {});
  server.listen(path);
  await once(server, 'listening');
  bench.closes(() => server.close({ timeoutMs: 0 }));
  return { kind: 'unix', path };
}

async function upstreamOf(
  listener: RequestListener,
  options: Partial<UpstreamOptions> = {},
): Promise<Upstream> {
  return bench.upstream([await application(listener)], options);
}

const keeping = { protocol: new FastCgiProtocol(true), keptCount: 4 };

/** The bytes of a whole request, which a receiver that lost its place would act on. */
function encodeRequestLike(): Buffer {
  return Buffer.concat([
    encodeStreamEnd(RecordType.STDIN, 1),
    encodeBeginRequest(1, Role.RESPONDER, true),
    encodeParams(1, [['SCRIPT_FILENAME', '/etc/passwd']]),
    encodeStreamEnd(RecordType.STDIN, 1),
  ]);
}

describe('an upstream of FastCGI', () => {
  it('passes variables and body on, and the reply back', async () => {
    const upstream = await upstreamOf((request, response) => {
      const text = request.params.get('HTTP_X_WORD') ?? '';
      response.statusCode = 201;
      response.setHeader('X-Back', text);
      request.on('data', (chunk: Buffer) => response.write(chunk));
      request.on('end', () => response.end('!'));
    });
    const parts = {
      variables: { REQUEST_METHOD: 'POST', CONTENT_LENGTH: '5', HTTP_X_WORD: 'caf\xe9' },
      body: bytesBody('hello'),
    };
    const { exchange, reply, done } = ask(upstream, parts);
    await done;
    expect(exchange.outcome).toBe('complete');
    expect(reply.sentHead?.status).toBe(201);
    expect(reply.sentHead?.get('x-back')).toBe('caf\xe9');
    expect(reply.text).toBe('hello!');
  });

  it('sends a small reply to its front in one piece', async () => {
    const upstream = await upstreamOf((_request, response) => response.end('small'));
    const { reply, done } = ask(upstream);
    await done;
    expect(reply.calls).toEqual(['head']);
    expect(reply.text).toBe('small');
  });

  it('sends a body that is in a file', async () => {
    const path = `${bench.directory()}/body`;
    const text = 'abcdefghij'.repeat(50_000);
    writeFileSync(path, text);
    const upstream = await upstreamOf((request, response) => void request.pipe(response));
    const sizeBytes = text.length;
    const variables = { REQUEST_METHOD: 'PUT', CONTENT_LENGTH: String(sizeBytes) };
    const { outcome, text: back } = await answerOf(upstream, {
      variables,
      body: { kind: 'file', path, sizeBytes },
    });
    expect(outcome).toBe('complete');
    expect(back).toBe(text);
  });

  it('sends a body as it arrives, and pauses its source while the server takes nothing', async () => {
    let isPaused = false;
    const body = new BodyStream({ pause: () => (isPaused = true), resume: () => (isPaused = false) }, null);
    let go = (): void => {};
    const upstream = await upstreamOf((request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => (size += chunk.length));
      request.on('end', () => response.end(String(size)));
      request.pause();
      go = () => void request.resume();
    });
    const { reply, done } = ask(upstream, { variables: { REQUEST_METHOD: 'POST' }, body });
    let sent = 0;
    while (!isPaused) {
      body.push(Buffer.alloc(65_536));
      sent += 65_536;
      await nextRound();
    }
    go();
    body.finish();
    await done;
    expect(reply.text).toBe(String(sent));
  });

  it('reads no further while the client takes nothing', async () => {
    const flood = new Flood();
    const upstream = await upstreamOf((_request, response) => flood.into(response));
    await expectHeldUp(upstream, flood);
  });

  it('uses a kept connection for the next request', async () => {
    const upstream = await upstreamOf((_request, response) => response.end('x'), keeping);
    for (let times = 0; times < 5; times++) expect((await answerOf(upstream)).text).toBe('x');
    const [server] = upstream.status().servers;
    expect(server).toMatchObject({ servedCount: 5, idleConnections: 1, inFlight: 0 });
  });

  it('closes each connection if none is kept', async () => {
    const upstream = await upstreamOf((_request, response) => response.end('x'));
    for (let times = 0; times < 3; times++) expect((await answerOf(upstream)).text).toBe('x');
    expect(upstream.status().servers[0]).toMatchObject({ servedCount: 3, idleConnections: 0 });
  });

  it('tells the application that the client has gone', async () => {
    let aborted = (): void => {};
    const told = new Promise<void>((resolve) => (aborted = resolve));
    let asked = (): void => {};
    const arrived = new Promise<void>((resolve) => (asked = resolve));
    const upstream = await upstreamOf((request) => {
      request.signal.addEventListener('abort', () => aborted());
      asked();
    });
    const { exchange } = ask(upstream);
    await arrived;
    exchange.cancel();
    await told;
    expect(upstream.status().servers[0]).toMatchObject({ inFlight: 0, failedCount: 0 });
  });

  it('logs what the application writes to its error stream', async () => {
    const upstream = await upstreamOf((_request, response) => {
      response.stderr.write('a warning\n');
      response.end('x');
    });
    await answerOf(upstream);
    expect(bench.reporter.lines).toContainEqual(expect.stringMatching(/^log unix:.* true: a warning\n$/));
  });

  it('joins headers that came more than once', async () => {
    const upstream = await upstreamOf(
      (request, response) => response.end(request.params.get('HTTP_X') ?? ''),
      {
        variables: (variables) => variables.joined(),
      },
    );
    const asked = makeExchange();
    const block = Buffer.from('REQUEST_METHOD\0GET\0HTTP_X\0one\0HTTP_X\0two\0', 'latin1');
    asked.exchange.variables = new Variables(block);
    upstream.handle(asked.exchange);
    await asked.done;
    expect(asked.reply.text).toBe('one, two');
  });

  it('refuses a body of unknown size where the application would take it for none, and no other', async () => {
    const protocol = new FastCgiProtocol(false, true);
    const upstream = await upstreamOf((request, response) => void request.pipe(response), { protocol });
    const variables = { REQUEST_METHOD: 'POST' };
    const endless = new BodyStream({ pause: () => {}, resume: () => {} }, null);
    expect(await answerOf(upstream, { variables, body: endless })).toMatchObject({
      outcome: 'SLUICE_LENGTH_REQUIRED',
      status: 411,
    });
    const announced = new BodyStream({ pause: () => {}, resume: () => {} }, 5);
    announced.push(Buffer.from('hello'));
    announced.finish();
    const answer = await answerOf(upstream, {
      variables: { ...variables, CONTENT_LENGTH: '5' },
      body: announced,
    });
    expect(answer.text).toBe('hello');
  });

  it('passes a body on that looks like records, and nothing of it as a record', async () => {
    const upstream = await upstreamOf((request, response) => void request.pipe(response), keeping);
    const records = encodeRequestLike();
    for (const size of [0, 1, 65_535, 65_536, 300_000]) {
      const text = Buffer.concat([records, Buffer.alloc(size, records)]).toString('latin1');
      const variables = { REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(text.length) };
      expect((await answerOf(upstream, { variables, body: bytesBody(text) })).text).toBe(text);
    }
  });

  it('drops the body of a reply to HEAD', async () => {
    const upstream = await upstreamOf((_request, response) => {
      response.setHeader('Content-Length', '4');
      response.end('body');
    });
    const { reply, done } = ask(upstream, { variables: { REQUEST_METHOD: 'HEAD' } });
    await done;
    expect(reply.text).toBe('');
    expect(reply.sentHead?.get('content-length')).toBe('4');
  });
});
