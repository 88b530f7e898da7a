// Fronts that keep a container waiting. The timeouts are short and each test waits for the event, not for the clock.
import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { RequestListener, ServerOptions } from '../src/node/server.ts';
import { NodePair } from './helpers/node-pair.ts';
import { forward, post } from './helpers/server-session.ts';

const NEVER = { packetTimeoutMs: 0, bodyTimeoutMs: 0, idleTimeoutMs: 0, writeTimeoutMs: 0 };

/** Resolves when the socket is closed: by a reset if something it sent had not been read. */
function closed(socket: Socket): Promise<void> {
  const isClosed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {}).resume();
  return isClosed;
}

describe('a front', () => {
  let pair: NodePair | null = null;

  afterEach(async () => {
    await pair?.close();
    pair = null;
  });

  async function start(timeouts: ServerOptions, listener: RequestListener = () => {}): Promise<NodePair> {
    pair = await new NodePair(listener, { ...NEVER, ...timeouts }).listen();
    return pair;
  }

  it('that never finishes a packet is closed, even if it sends a byte now and then', async () => {
    const socket = await (await start({ packetTimeoutMs: 40 })).raw();
    const drip = setInterval(() => socket.write(Buffer.of(0)), 5);
    socket.write(forward().subarray(0, 4));
    await closed(socket);
    clearInterval(drip);
  });

  it('that never sends the body it announced is closed, and the application told', async () => {
    let aborted: Promise<unknown> = Promise.resolve();
    const running = await start({ bodyTimeoutMs: 40 }, (incoming) => {
      aborted = new Promise((resolve) => incoming.on('error', resolve).resume());
    });
    const socket = await running.raw();
    socket.write(post(5));
    await closed(socket);
    expect(await aborted).toMatchObject({ code: 'AJP_CONNECTION_CLOSED' });
  });

  it('that is idle is closed only if asked for', async () => {
    const socket = await (await start({ idleTimeoutMs: 40 })).raw();
    await closed(socket);
  });

  it('that does not read the response is closed', async () => {
    let ended: Promise<unknown> = Promise.resolve();
    const running = await start({ writeTimeoutMs: 40 }, (_, response) => {
      ended = new Promise((resolve) => response.on('close', () => resolve(response.writableFinished)));
      response.write(Buffer.alloc(50_000_000));
    });
    const begun = once(running.server, 'request');
    const socket = await running.raw();
    socket.pause().write(forward());
    await begun;
    expect(await ended).toBe(false);
    socket.destroy();
  });

  it('that waits for a slow application is left in peace', async () => {
    const running = await start(
      { packetTimeoutMs: 300, bodyTimeoutMs: 300, idleTimeoutMs: 300 },
      (_, response) => {
        setTimeout(() => response.end('late'), 450);
      },
    );
    expect((await running.fetch()).body.toString()).toBe('late');
  });

  it('that is refused gets its answer although it goes on sending', async () => {
    const running = await start({});
    const refused = once(running.server, 'clientError');
    const socket = await running.raw();
    socket.write(Buffer.concat([post('1x'), Buffer.alloc(100_000)]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.subarray(4, 7).toString('hex')).toBe('040190');
    expect((await refused)[0]).toMatchObject({ code: 'AJP_BAD_BODY_FRAMING' });
    socket.destroy();
  });
});
