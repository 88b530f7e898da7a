import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer as createNetServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { AgentOptions } from '../src/node/agent.ts';
import { Agent } from '../src/node/agent.ts';
import type { IncomingResponse } from '../src/node/incoming-response.ts';
import type { OutgoingRequest } from '../src/node/outgoing-request.ts';
import type { ServerResponse } from '../src/node/server-response.ts';
import { request, type RequestOptions } from '../src/node/request.ts';
import type { RequestListener } from '../src/node/server.ts';
import { NodePair, readAll } from './helpers/node-pair.ts';
import { parseHex } from './helpers/vectors.ts';

const ANSWER = parseHex('41 42 00 0a 04 00 c8 00 02 4f 4b 00 00 00 41 42 00 02 05 01');
const PONG = parseHex('41 42 00 01 09');
const isPing = (bytes: Buffer): boolean => bytes.equals(parseHex('12 34 00 01 0a'));

describe('the agent', () => {
  let pair: NodePair | null = null;

  afterEach(async () => {
    await pair?.close();
    pair = null;
  });

  async function start(listener: RequestListener, agentOptions: AgentOptions = {}): Promise<NodePair> {
    pair = await new NodePair(listener, {}, agentOptions).listen();
    return pair;
  }

  it('opens as many connections as requests run at once, up to its limit', async () => {
    const held: ServerResponse[] = [];
    const running = await start(
      (_, response) => {
        held.push(response);
        if (held.length === 2) for (const each of held.splice(0)) each.end('x');
      },
      { socketCountMax: 2 },
    );
    await Promise.all(['/a', '/b', '/c', '/d'].map((path) => running.fetch({ path })));
    expect(running.connectionCount).toBe(2);
  });

  it('refuses a request when too many wait already', async () => {
    const running = await start((_, response) => void response.end('x'), {
      socketCountMax: 1,
      waitingCountMax: 1,
    });
    const results = await Promise.allSettled([running.fetch(), running.fetch(), running.fetch()]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(results[2]).toMatchObject({ reason: { code: 'AJP_QUEUE_FULL', statusHint: 503 } });
  });

  it('lets a request given up while it waits leave the line', async () => {
    const running = await start((_, response) => void response.end('x'), { socketCountMax: 1 });
    const first = running.fetch();
    const abandoned = running.request();
    abandoned.end();
    const failure = failureOf(abandoned);
    abandoned.destroy();
    expect(await failure).toMatchObject({ code: 'AJP_ABORTED' });
    await first;
    await running.fetch();
    expect(running.connectionCount).toBe(1);
  });

  it('does not reuse a connection whose response was cut short by the reader', async () => {
    const running = await start((_, response) => {
      response.write('x');
      response.flush();
    });
    const outgoing = running.request();
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingResponse];
    response.destroy();
    await once(outgoing, 'close');
    running
      .request()
      .on('error', () => {})
      .end();
    await once(running.server, 'request');
    expect(running.connectionCount).toBe(2);
  });

  it('fails what runs and what waits when it is closed', async () => {
    const running = await start(() => {}, { socketCountMax: 1 });
    const [first, second] = [running.request(), running.request()];
    const failures = Promise.all([first, second].map(failureOf));
    first.end();
    second.end();
    await once(running.server, 'request');
    running.agent.close();
    expect(await failures).toMatchObject([{ code: 'AJP_ABORTED' }, { code: 'AJP_ABORTED' }]);
  });

  it('asks with CPING before it uses a connection that was idle, and after connecting if told to', async () => {
    const running = await start((_, response) => void response.end('x'), {
      pingAfterIdleMs: -1,
      pingOnConnect: true,
    });
    for (let count = 0; count < 3; count++) await running.fetch();
    expect(running.connectionCount).toBe(1);
  });

  it('can be told to give a request up by a signal', async () => {
    const running = await start(() => {});
    const controller = new AbortController();
    const outgoing = running.request({ signal: controller.signal });
    outgoing.end();
    const failure = failureOf(outgoing);
    await once(running.server, 'request');
    controller.abort('changed my mind');
    expect(await failure).toMatchObject({ code: 'AJP_ABORTED', cause: 'changed my mind' });
  });
});

describe('a container that fails', () => {
  let server: Server;
  let agent: Agent;
  const sockets = new Set<Socket>();

  /** Plays a container: `serve` gets each socket with its number. */
  async function play(
    serve: (socket: Socket, number: number) => void,
    options: AgentOptions = {},
  ): Promise<void> {
    let count = 0;
    agent = new Agent(options);
    server = createNetServer((socket) => {
      sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
      serve(socket, (count += 1));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }

  afterEach(async () => {
    agent.close();
    for (const socket of sockets) socket.destroy();
    const closed = once(server, 'close');
    server.close();
    await closed;
  });

  function begin(options: RequestOptions = {}): OutgoingRequest {
    return request({ port: (server.address() as AddressInfo).port, agent, ...options });
  }

  async function fetch(options: RequestOptions = {}, body?: string): Promise<number> {
    const outgoing = begin(options);
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingResponse];
    await readAll(response);
    return response.statusCode;
  }

  /** Answers the first request of the first connection and closes it at the second; answers all on others. */
  const dropSecond = (socket: Socket, number: number): void => {
    let requests = 0;
    socket.on('data', () => {
      requests += 1;
      if (number === 1 && requests === 2) socket.destroy();
      else socket.write(ANSWER);
    });
  };

  it.each([
    ['GET', undefined],
    ['PUT', 'whole body'],
  ])('by closing a kept connection: %s is sent again on a new one', async (method, body) => {
    await play(dropSecond);
    expect(await fetch({ method }, body)).toBe(200);
    expect(await fetch({ method }, body)).toBe(200);
  });

  it('by closing a kept connection: POST is not sent again', async () => {
    await play(dropSecond);
    expect(await fetch({ method: 'POST' }, 'x')).toBe(200);
    await expect(fetch({ method: 'POST' }, 'x')).rejects.toMatchObject({ code: 'AJP_CONNECTION_CLOSED' });
  });

  it('by closing a kept connection: a streamed body is not sent again', async () => {
    await play(dropSecond);
    await fetch();
    const outgoing = begin({ method: 'PUT', headers: { 'Content-Length': 3 } });
    const failure = failureOf(outgoing);
    outgoing.write('x');
    expect(await failure).toMatchObject({
      code: 'AJP_CONNECTION_CLOSED',
    });
  });

  it('on a new connection: nothing is sent again', async () => {
    let connections = 0;
    await play((socket, number) => {
      connections = number;
      socket.once('data', () => socket.destroy());
    });
    await expect(fetch()).rejects.toMatchObject({ code: 'AJP_CONNECTION_CLOSED' });
    expect(connections).toBe(1);
  });

  it('after the head: nothing is sent again', async () => {
    await play((socket, number) => {
      let requests = 0;
      socket.on('data', () => {
        requests += 1;
        if (number === 1 && requests === 2) socket.end(ANSWER.subarray(0, 14));
        else socket.write(ANSWER);
      });
    });
    await fetch();
    await expect(fetch()).rejects.toMatchObject({ code: 'AJP_RESPONSE_TRUNCATED' });
  });

  it('to answer CPING on a kept connection: the request goes to a new one', async () => {
    const pinged: number[] = [];
    await play(
      (socket, number) => {
        socket.on('data', (bytes) => {
          if (!isPing(bytes)) socket.write(ANSWER);
          else if (pinged.push(number) > 1) socket.write(PONG);
        });
      },
      { pingAfterIdleMs: -1, pingTimeoutMs: 20 },
    );
    expect(await fetch({ method: 'POST' }, 'x')).toBe(200);
    expect(await fetch({ method: 'POST' }, 'x')).toBe(200);
    expect(pinged).toEqual([1]);
    expect(await fetch({ method: 'POST' }, 'x')).toBe(200);
    expect(pinged).toEqual([1, 2]);
  });

  it('to answer CPING after connecting: the request fails', async () => {
    await play(() => {}, { pingOnConnect: true, pingTimeoutMs: 20 });
    await expect(fetch()).rejects.toMatchObject({ code: 'AJP_TIMEOUT', retriable: true });
  });

  it('to answer: the request fails after the response timeout', async () => {
    await play(() => {});
    await expect(fetch({ responseTimeoutMs: 20 })).rejects.toMatchObject({
      code: 'AJP_TIMEOUT',
      statusHint: 504,
    });
  });

  it('to finish: the response fails after the idle timeout', async () => {
    await play((socket) => socket.on('data', () => socket.write(ANSWER.subarray(0, 14))));
    await expect(fetch({ idleTimeoutMs: 20 })).rejects.toMatchObject({ code: 'AJP_TIMEOUT' });
  });

  it('to be there: the request fails and may be sent elsewhere', async () => {
    await play(() => {});
    const outgoing = begin();
    const closed = once(server, 'close');
    server.close();
    await closed;
    outgoing.end();
    await expect(once(outgoing, 'response')).rejects.toMatchObject({
      code: 'AJP_CONNECT_FAILED',
      retriable: true,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  it('is not kept when idle for long', async () => {
    let left: Promise<unknown> = Promise.resolve();
    await play(
      (socket) => {
        left = once(socket, 'close');
        socket.on('data', () => socket.write(ANSWER)).resume();
      },
      { idleTimeoutMs: 20 },
    );
    await fetch();
    await left;
  });
});

/** The error of a request that must fail. */
function failureOf(outgoing: OutgoingRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', resolve).on('response', () => reject(new Error('got a response')));
  });
}
