// Thin sockets against clients of Node, over both kinds of sockets.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptThin } from '../../src/sockets/accept-thin.ts';
import { ThinSocket } from '../../src/sockets/thin-socket.ts';
import { until } from '../helpers/settled.ts';

/** More than the system takes of anybody. */
const LARGE = Buffer.alloc(32_000_000, 'large');

let directory: string;
let server: Server;
let clients: Socket[];
let accepted: ThinSocket[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thin-'));
  server = createServer({ allowHalfOpen: true });
  clients = [];
  accepted = [];
  server.on('connection', (socket: unknown) => accepted.push(socket as ThinSocket));
});
afterEach(async () => {
  for (const socket of [...clients, ...accepted]) socket.destroy();
  if (server.listening) {
    server.close();
    await once(server, 'close');
  }
  rmSync(directory, { recursive: true, force: true });
});

async function listen(kind: string): Promise<void> {
  if (kind === 'unix') server.listen(join(directory, 'socket'));
  else server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  expect(acceptThin(server)).toBe(true);
}

function dial(): Socket {
  const address = server.address() as AddressInfo | string;
  const options = typeof address === 'string' ? { path: address } : { port: address.port };
  const client = connect({ ...options, allowHalfOpen: true });
  client.on('error', () => {});
  clients.push(client);
  return client;
}

/** An accepted socket and the client at its other end. */
async function pair(): Promise<[thin: ThinSocket, client: Socket]> {
  const [client, next] = [dial(), accepted.length];
  await Promise.all([once(client, 'connect'), until('it is accepted', () => accepted.length > next)]);
  const thin = accepted.at(-1);
  if (!thin) throw new Error('none');
  expect(thin).toBeInstanceOf(ThinSocket);
  return [thin, client];
}

/** What arrives until the end. */
async function all(client: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  client.on('data', (piece: Buffer) => pieces.push(piece));
  await once(client, 'end');
  return Buffer.concat(pieces);
}

describe.each(['unix', 'tcp'])('a thin socket (%s)', (kind) => {
  beforeEach(() => listen(kind));

  it('is read into the buffer it is given, counts, and tells of the end', async () => {
    const [thin, client] = await pair();
    const buffer = Buffer.alloc(16);
    let received = '';
    thin.read(buffer, (bytes) => {
      expect(bytes.buffer).toBe(buffer.buffer);
      received += bytes.toString();
    });
    client.end('more than sixteen bytes in all');
    await once(thin, 'end');
    expect([received, thin.bytesRead]).toEqual(['more than sixteen bytes in all', 30]);
    expect(thin.destroyed).toBe(false);
    thin.end();
    await once(thin, 'close');
  });

  it('is not read while it is paused', async () => {
    const [thin, client] = await pair();
    let received = '';
    thin.read(Buffer.alloc(4), (bytes) => {
      received += bytes.toString();
      thin.pause();
    });
    client.end('12345678');
    await until('a piece', () => received !== '');
    await new Promise((resolve) => setImmediate(resolve));
    expect(received).toBe('1234');
    thin.resume();
    await until('the rest', () => received === '12345678');
    const ended = once(thin, 'end');
    thin.resume();
    await ended;
    thin.destroy();
  });

  it('goes on when it is resumed although it reads, also after its end', async () => {
    const [thin, client] = await pair();
    let received = '';
    thin.read(Buffer.alloc(16), (bytes) => (received += bytes.toString()));
    thin.resume();
    thin.end();
    thin.resume();
    client.resume();
    await once(client, 'end');
    expect(thin.destroyed).toBe(false);
    client.end('still here');
    await once(thin, 'close');
    expect(received).toBe('still here');
  });

  it('sends in order what the system does not take at once, then drains and ends', async () => {
    const [thin, client] = await pair();
    thin.read(Buffer.alloc(4), () => {});
    expect(thin.write(Buffer.from('head '))).toBe(true);
    expect(thin.write(LARGE)).toBe(false);
    thin.cork();
    thin.write(Buffer.from(' tail'));
    thin.write(Buffer.from(' end'));
    expect(thin.writableLength).toBeGreaterThan(9);
    const drained = once(thin, 'drain');
    thin.end();
    const got = await all(client);
    await drained;
    expect(got.equals(Buffer.concat([Buffer.from('head '), LARGE, Buffer.from(' tail end')]))).toBe(true);
    expect([thin.writableLength, thin.bytesWritten]).toEqual([0, got.length]);
    await until('the end is sent', () => thin.writableFinished);
    expect(thin.destroyed).toBe(false);
    client.end();
    await once(thin, 'close');
  });

  it('drains, but not at once, when everything that was gathered has been taken', async () => {
    const [thin] = await pair();
    let drained = 0;
    thin.on('drain', () => drained++);
    thin.cork();
    expect(thin.write(Buffer.from('gathered'))).toBe(false);
    thin.uncork();
    expect([thin.writableLength, drained]).toEqual([0, 0]);
    await once(thin, 'drain');
    expect(drained).toBe(1);
  });

  it.each(['end', 'close'] as const)(
    'sends all of what it is told to %s with when it drains',
    async (way) => {
      const [thin, client] = await pair();
      const errors: Error[] = [];
      thin.on('error', (error) => errors.push(error));
      thin.read(Buffer.alloc(4), () => {});
      expect(thin.write(LARGE)).toBe(false);
      thin.once('drain', () => {
        thin.write(LARGE);
        thin[way]();
      });
      const closed = once(thin, 'close');
      const got = await all(client);
      client.end();
      await closed;
      expect([got.length, errors]).toEqual([2 * LARGE.length, []]);
    },
  );

  it('ends once when it drains, and waits for its peer', async () => {
    const [thin, client] = await pair();
    const errors: Error[] = [];
    thin.on('error', (error) => errors.push(error));
    let received = '';
    thin.read(Buffer.alloc(16), (bytes) => (received += bytes.toString()));
    expect(thin.write(LARGE)).toBe(false);
    thin.once('drain', () => thin.end());
    const closed = once(thin, 'close');
    await all(client);
    client.end('still here');
    await closed;
    expect([received, errors]).toEqual(['still here', []]);
  });

  it('that is closed does not wait for its peer', async () => {
    const [thin, client] = await pair();
    thin.read(Buffer.alloc(4), () => {});
    const closed = once(thin, 'close');
    thin.write(LARGE);
    thin.close();
    expect((await all(client)).equals(LARGE)).toBe(true);
    await closed;
    expect(thin.writableFinished).toBe(true);
  });

  it('tells of a peer that has gone while it writes, and then closes', async () => {
    const [thin, client] = await pair();
    const heard: string[] = [];
    thin.on('error', () => heard.push('error'));
    thin.on('close', () => heard.push('close'));
    thin.read(Buffer.alloc(4), () => {});
    thin.write(LARGE);
    client.destroy();
    await until('it is closed', () => heard.includes('close'));
    expect(heard).toEqual(['error', 'close']);
    expect(thin.write(Buffer.from('more'))).toBe(true);
  });

  it('is counted: a server closes behind the last one', async () => {
    const [thin] = await pair();
    let isClosed = false;
    server.close(() => (isClosed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    thin.destroy();
    await until('the server has closed', () => isClosed);
  });

  it('is refused over the limit', async () => {
    server.maxConnections = 1;
    const [thin] = await pair();
    const dropped = once(server, 'drop');
    const second = dial().resume().end();
    await Promise.all([dropped, once(second, 'close')]);
    const gone = once(thin, 'close');
    thin.destroy();
    await gone;
    await pair();
  });
});

describe('a thin socket over TCP', () => {
  beforeEach(() => listen('tcp'));

  it('knows both ends', async () => {
    const [thin, client] = await pair();
    expect([thin.remoteAddress, thin.remotePort, thin.localAddress, thin.localPort]).toEqual([
      client.localAddress,
      client.localPort,
      client.remoteAddress,
      client.remotePort,
    ]);
    thin.destroy();
  });

  it('resets the connection', async () => {
    const [thin, client] = await pair();
    const failed = once(client, 'error') as Promise<unknown> as Promise<[{ code: string }]>;
    thin.resetAndDestroy();
    client.resume();
    expect((await failed)[0].code).toBe('ECONNRESET');
  });
});

describe('a server that does not listen', () => {
  it('is left alone', () => {
    expect(acceptThin(server)).toBe(false);
  });
});
