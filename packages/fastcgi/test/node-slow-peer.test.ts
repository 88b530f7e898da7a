// The end of a connection whose peer takes its time. Timers do not run by themselves.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { SocketTransport } from '../src/node/socket-transport.ts';

/** More than the system takes of anybody. */
const LARGE = Buffer.alloc(32_000_000, 'large');
const LINGER_MS = 10_000;

let server: Server;
let client: Socket;
let socket: Socket;
beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  [socket] = (await once(server, 'connection')) as [Socket];
});
afterEach(async () => {
  client.destroy();
  socket.destroy();
  server.close();
  await once(server, 'close');
  jest.useRealTimers();
});

it('is sent when the peer has everything, and waits for the peer to close', async () => {
  const transport = new SocketTransport(socket);
  transport.write(LARGE);
  transport.end();
  jest.advanceTimersByTime(3 * LINGER_MS);
  expect(socket.destroyed).toBe(false);
  let gotBytes = 0;
  client.on('data', (piece: Buffer) => (gotBytes += piece.length));
  await Promise.all([once(client, 'end'), once(socket, 'finish')]);
  expect(gotBytes).toBe(LARGE.length);
  jest.advanceTimersByTime(LINGER_MS - 1);
  expect(socket.destroyed).toBe(false);
  jest.advanceTimersByTime(1);
  expect(socket.destroyed).toBe(true);
});
