// Thin sockets whose peer takes its time: the clock of all of them is in here alone, with timers that do not run.
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { acceptThin } from '../../src/sockets/accept-thin.ts';
import type { ThinSocket } from '../../src/sockets/thin-socket.ts';

/** More than the system takes of anybody. */
const LARGE = Buffer.alloc(32_000_000, 'large');

let server: Server;
beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date'] });
  server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  acceptThin(server);
});
afterEach(async () => {
  server.close();
  await once(server, 'close');
  jest.useRealTimers();
});

it('lets a peer take what it has to send for as long as it likes, and then close in a while', async () => {
  const accepted = once(server, 'connection') as Promise<unknown> as Promise<[ThinSocket]>;
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [thin] = await accepted;
  thin.read(Buffer.alloc(4), () => {});
  thin.write(LARGE);
  thin.end();
  jest.advanceTimersByTime(60_000);
  expect(thin.destroyed).toBe(false);
  let gotBytes = 0;
  client.on('data', (piece: Buffer) => (gotBytes += piece.length));
  await once(client, 'end');
  expect(gotBytes).toBe(LARGE.length);
  jest.advanceTimersByTime(9_000);
  expect(thin.destroyed).toBe(false);
  jest.advanceTimersByTime(3_000);
  expect(thin.destroyed).toBe(true);
  client.destroy();
});
