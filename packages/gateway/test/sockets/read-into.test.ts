// Reading into memory of one's own, with the sockets that Node makes for the gateway.
import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, Socket, type AddressInfo } from 'node:net';
import { readInto } from '../../src/sockets/read-into.ts';

const open: { destroy(): unknown }[] = [];

afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** An accepted socket and the client at its other end. */
async function pair(): Promise<[accepted: Socket, client: Socket]> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  server.close();
  open.push(accepted, client);
  return [accepted, client];
}

describe('an accepted socket', () => {
  it('is read into the buffer it is given, and tells of the end', async () => {
    const [accepted, client] = await pair();
    const buffer = Buffer.alloc(16);
    const received: string[] = [];
    const isRead = readInto(
      accepted,
      () => buffer,
      (bytes) => {
        expect(bytes.buffer).toBe(buffer.buffer);
        received.push(bytes.toString());
      },
    );
    expect(isRead).toBe(true);
    const ended = once(accepted, 'end');
    client.end('more than sixteen bytes in all');
    await ended;
    expect(received.join('')).toBe('more than sixteen bytes in all');
    expect(received.length).toBeGreaterThan(1);
  });

  it('is not read while it is paused', async () => {
    const [accepted, client] = await pair();
    const buffer = Buffer.alloc(4);
    let received = '';
    readInto(
      accepted,
      () => buffer,
      (bytes) => {
        received += bytes.toString();
        accepted.pause();
      },
    );
    client.end('12345678');
    await once(accepted, 'pause');
    expect(received).toBe('1234');
    const ended = once(accepted, 'end');
    accepted.resume();
    accepted.on('pause', () => accepted.resume());
    await ended;
    expect(received).toBe('12345678');
  });
});

describe('a pipe to a child', () => {
  it('is read into the buffer that is due', async () => {
    const child = spawn('/bin/sh', ['-c', 'echo hello >&3'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const pipe = child.stdio[3] as Socket;
    open.push(pipe);
    const buffers = [Buffer.alloc(4), Buffer.alloc(4), Buffer.alloc(4), Buffer.alloc(4)];
    let [asked, text] = [0, ''];
    const isRead = readInto(
      pipe,
      () => buffers[asked++] ?? Buffer.alloc(4),
      (bytes) => (text += bytes.toString()),
    );
    expect(isRead).toBe(true);
    await Promise.all([once(pipe, 'end'), once(child, 'exit')]);
    expect([text, buffers[0]?.toString()]).toEqual(['hello\n', 'hell']);
  });
});

describe('a socket that cannot be read so', () => {
  it('is left alone', () => {
    const socket = new Socket();
    expect(
      readInto(
        socket,
        () => Buffer.alloc(1),
        () => {},
      ),
    ).toBe(false);
    expect(socket.readableFlowing).toBeNull();
  });
});
