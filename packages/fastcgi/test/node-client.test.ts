import { once } from 'node:events';
import { createServer as createNetServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Agent,
  encodeEndRequest,
  encodeRecord,
  encodeStream,
  ProtocolStatus,
  RecordType,
  request,
  type ServerResponse,
} from '../src/index.ts';
import { answerTo, Live } from './helpers/live.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function live(...args: ConstructorParameters<typeof Live>): Promise<Live> {
  const server = await new Live(...args).onPort();
  closers.push(() => server.close());
  return server;
}

/** An application that is not one of ours: `onData` gets every chunk with its socket. */
async function fakeApplication(onData: (socket: Socket, count: number) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createNetServer((socket) => {
    let count = 0;
    sockets.add(socket);
    socket.on('data', () => {
      count += 1;
      onData(socket, count);
    });
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function ownAgent(options: ConstructorParameters<typeof Agent>[0] = {}): Agent {
  const agent = new Agent(options);
  closers.push(() => agent.close());
  return agent;
}

const ANSWER = Buffer.concat([
  encodeStream(RecordType.STDOUT, 1, Buffer.from('Content-Type: text/plain\r\n\r\nok')),
  encodeEndRequest(1, 0, ProtocolStatus.REQUEST_COMPLETE),
]);

describe('a request', () => {
  it('sends the variables every application expects, and the length of a body it knows', async () => {
    const server = await live((incoming, response) =>
      response.end(JSON.stringify(incoming.params.toObject())),
    );
    const { body } = await server.fetch({ body: 'abc', params: { SERVER_NAME: 'example.org' } });
    expect(JSON.parse(body.toString())).toEqual({
      GATEWAY_INTERFACE: 'CGI/1.1',
      REQUEST_METHOD: 'GET',
      QUERY_STRING: '',
      SERVER_PROTOCOL: 'HTTP/1.1',
      SERVER_NAME: 'example.org',
      SERVER_PORT: '80',
      CONTENT_LENGTH: '3',
    });
  });

  it('throws without an address', () => {
    expect(() => request({})).toThrow(expect.objectContaining({ code: 'FCGI_OPTION_INVALID' }));
  });

  it('fails with FCGI_TRANSPORT when nobody listens', async () => {
    const port = await fakeApplication(() => undefined);
    for (const close of closers.splice(0)) await close();
    const outgoing = request({ port, body: '', agent: ownAgent() });
    await expect(answerTo(outgoing)).rejects.toMatchObject({ code: 'FCGI_TRANSPORT', fault: 'io' });
  });

  it('fails before it is sent when a variable cannot be encoded, and spoils nothing', async () => {
    const server = await live((_incoming, response) => response.end('ok'));
    await expect(server.fetch({ params: { NAME: '\u20ac' } })).rejects.toMatchObject({
      code: 'FCGI_PARAM_INVALID',
    });
    expect((await server.fetch()).body.toString()).toBe('ok');
  });

  it.each([
    [{ SERVER_PORT: 80 }, 'SERVER_PORT is a number; give text or bytes'],
    [{ HTTPS: true }, 'HTTPS is a boolean; give text or bytes'],
    [{ REMOTE_USER: undefined }, 'REMOTE_USER is undefined; give text or bytes'],
  ])('names the variable of %p that is neither text nor bytes', (params, message) => {
    const given = params as unknown as Record<string, string>;
    const send = (): unknown => request({ port: 1, params: given, body: '', agent: ownAgent() });
    expect(send).toThrow(expect.objectContaining({ code: 'FCGI_PARAM_INVALID', message }));
  });

  it('joins repeated headers, except Set-Cookie', async () => {
    const server = await live((_incoming, response) => {
      response.setHeader('Set-Cookie', ['a=1', 'b=2']).setHeader('X-List', ['1', '2']).end();
    });
    const { response } = await server.fetch();
    expect({ ...response.headers }).toEqual({
      'set-cookie': ['a=1', 'b=2'],
      'x-list': '1, 2',
      'content-length': '0',
    });
  });

  it('fails with what END_REQUEST said when the application refuses', async () => {
    const port = await fakeApplication((socket) => {
      socket.write(encodeEndRequest(1, 0, ProtocolStatus.OVERLOADED));
    });
    const outgoing = request({ port, body: '', agent: ownAgent() });
    await expect(answerTo(outgoing)).rejects.toMatchObject({ code: 'FCGI_OVERLOADED', retriable: true });
  });

  it('fails the response, not the request, when the answer is cut', async () => {
    const port = await fakeApplication((socket) => {
      socket.end(ANSWER.subarray(0, ANSWER.length - 16));
    });
    const outgoing = request({ port, body: '', agent: ownAgent() });
    await expect(answerTo(outgoing)).rejects.toMatchObject({ code: 'FCGI_RESPONSE_TRUNCATED' });
  });

  it('gives up when nothing comes within the deadline', async () => {
    const port = await fakeApplication(() => undefined);
    const outgoing = request({ port, body: '', timeoutMs: 1, agent: ownAgent() });
    await expect(answerTo(outgoing)).rejects.toMatchObject({ code: 'FCGI_TIMEOUT', statusHint: 504 });
  });

  it('gives up when its signal aborts, before or while it runs', async () => {
    const port = await fakeApplication(() => controller.abort());
    const controller = new AbortController();
    const running = request({ port, body: '', signal: controller.signal, agent: ownAgent() });
    await expect(answerTo(running)).rejects.toMatchObject({ code: 'FCGI_ABORTED' });
    const late = request({ port, body: '', signal: controller.signal, agent: ownAgent() });
    await expect(answerTo(late)).rejects.toMatchObject({ code: 'FCGI_ABORTED' });
  });

  it('reads an answer that comes before its body is written', async () => {
    const server = await live((_incoming, response) => response.end('early'));
    const outgoing = server.request();
    outgoing.write('some');
    expect((await answerTo(outgoing)).body.toString()).toBe('early');
  });

  it('takes a Unix socket and no agent', async () => {
    const server = await new Live((_incoming, response) => response.end('unix')).onPath();
    closers.push(() => server.close());
    expect((await server.fetch({ agent: false })).body.toString()).toBe('unix');
  });
});

describe('an agent', () => {
  it('sends a request again when the kept connection turns out to be closed', async () => {
    const port = await fakeApplication((socket, count) => {
      if (count === 1) socket.write(ANSWER);
      else socket.destroy();
    });
    const agent = ownAgent({ maxConnections: 1 });
    for (let round = 0; round < 3; round += 1) {
      expect((await answerTo(request({ port, body: '', agent }))).body.toString()).toBe('ok');
    }
  });

  it('closes a connection that nobody uses', async () => {
    let application: Socket | undefined;
    const port = await fakeApplication((socket) => {
      application = socket;
      socket.write(ANSWER);
    });
    const agent = ownAgent({ idleTimeoutMs: 1 });
    await answerTo(request({ port, body: '', agent }));
    if (application !== undefined && !application.destroyed) await once(application, 'close');
    expect(application?.destroyed).toBe(true);
  });

  it('does not send again what may not be repeated', async () => {
    const port = await fakeApplication((socket, count) => {
      if (count === 1) socket.write(ANSWER);
      else socket.destroy();
    });
    const agent = ownAgent({ maxConnections: 1 });
    await answerTo(request({ port, body: '', agent }));
    const post = request({ port, body: '', agent, params: { REQUEST_METHOD: 'POST' } });
    await expect(answerTo(post)).rejects.toMatchObject({ name: 'FastCgiError' });
  });

  it('lets requests wait for a connection, in order, and refuses too many', async () => {
    const pending: ServerResponse[] = [];
    const server = await live(
      (_incoming, response) => {
        pending.push(response);
        if (pending.length === 1) return;
        response.end();
      },
      {},
      new Agent({ maxConnections: 1, maxWaiting: 1 }),
    );
    const first = server.fetch();
    const second = server.fetch();
    await expect(server.fetch()).rejects.toMatchObject({ code: 'FCGI_NO_FREE_ID' });
    await once(server.server, 'request');
    expect(pending.length).toBe(1);
    pending[0]?.end();
    await Promise.all([first, second]);
    expect(pending.length).toBe(2);
  });

  it('puts several requests on one connection once the application said it can', async () => {
    const pending: ServerResponse[] = [];
    const server = await live(
      (_incoming, response) => {
        pending.push(response);
        // Nobody is answered before all have come: only multiplexing gets past this.
        if (pending.length === 5) for (const [index, each] of pending.entries()) each.end(String(index));
      },
      {},
      new Agent({ maxConnections: 1, concurrency: 8 }),
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => server.fetch()));
    expect(answers.map(({ body }) => body.toString())).toEqual(['0', '1', '2', '3', '4']);
    expect(server.agent.connectionCount).toBe(1);
  });

  it('sends one at a time to an application that cannot', async () => {
    const server = await live(
      (_incoming, response) => response.end('x'),
      { multiplex: false },
      new Agent({ maxConnections: 1, concurrency: 8 }),
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => server.fetch()));
    expect(answers.length).toBe(5);
  });

  it('fails the request when the application closes instead of saying what it can', async () => {
    const port = await fakeApplication((socket) => socket.destroy());
    const outgoing = request({ port, body: '', agent: ownAgent({ concurrency: 4 }) });
    await expect(answerTo(outgoing)).rejects.toMatchObject({ statusHint: 502 });
  });

  it('goes on without multiplexing after UNKNOWN_TYPE', async () => {
    const port = await fakeApplication((socket, count) => {
      const unknown = encodeRecord(
        RecordType.UNKNOWN_TYPE,
        0,
        Buffer.from([RecordType.GET_VALUES, 0, 0, 0, 0, 0, 0, 0]),
      );
      if (count === 1) socket.write(Buffer.concat([unknown, ANSWER]));
    });
    const outgoing = request({ port, body: '', agent: ownAgent({ concurrency: 4 }) });
    expect((await answerTo(outgoing)).body.toString()).toBe('ok');
  });

  it('fails what waits and refuses what comes after it was closed', async () => {
    const server = await live(() => undefined, {}, new Agent({ maxConnections: 1 }));
    const running = server.fetch();
    const waiting = server.fetch();
    await once(server.server, 'request');
    server.agent.close();
    await expect(waiting).rejects.toMatchObject({ code: 'FCGI_NO_FREE_ID' });
    await expect(server.fetch()).rejects.toMatchObject({ code: 'FCGI_NO_FREE_ID' });
    const [outcome] = await Promise.allSettled([running, server.server.close({ timeoutMs: 1 })]);
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'FastCgiError' } });
  });
});
