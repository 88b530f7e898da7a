import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withSharedReads } from '../../src/sockets/shared-reads.ts';

let server: Server;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-reads-'));
  server = createServer({ allowHalfOpen: true });
});

const open: Socket[] = [];

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});

/** The two ends of a connection: that of the client, and that which was accepted. */
async function pair(kind: 'unix' | 'tcp'): Promise<{ client: Socket; accepted: Socket }> {
  const path = join(directory, 'socket');
  if (kind === 'tcp') server.listen(0, '127.0.0.1');
  else server.listen(path);
  await once(server, 'listening');
  const accepting = once(server, 'connection');
  const client = kind === 'tcp' ? connect((server.address() as AddressInfo).port) : connect(path);
  const [accepted] = (await accepting) as [Socket];
  open.push(client, accepted);
  return { client, accepted };
}

/** All that comes by `data` until the end. */
async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

describe.each(['unix', 'tcp'] as const)('a %s socket with shared reads', (kind) => {
  it('takes the place of the accepted one', async () => {
    const { accepted } = await pair(kind);
    expect(withSharedReads(accepted)).not.toBe(accepted);
  });

  it('keeps what it has read when another one reads after it', async () => {
    const { client, accepted } = await pair(kind);
    const sent = Array.from({ length: 400 }, (_, at) => Buffer.alloc(1_000, at % 251));
    const received = readAll(withSharedReads(accepted));
    for (const chunk of sent) client.write(chunk);
    client.end();
    expect((await received).equals(Buffer.concat(sent))).toBe(true);
  });

  it('can still send after its peer has ended, and ends by itself', async () => {
    const { client, accepted } = await pair(kind);
    const socket = withSharedReads(accepted);
    socket.on('data', () => {});
    socket.once('end', () => socket.end('the last word'));
    client.end('bytes');
    expect((await readAll(client)).toString()).toBe('the last word');
    if (!socket.destroyed) await once(socket, 'close');
    expect(accepted.destroyed).toBe(true);
  });

  it('reads nothing while it is paused', async () => {
    const { client, accepted } = await pair(kind);
    const socket = withSharedReads(accepted);
    const sizes: number[] = [];
    socket.on('data', (chunk: Buffer) => {
      sizes.push(chunk.length);
      socket.pause();
    });
    const size = 1_000_000;
    client.end(Buffer.alloc(size));
    const ended = once(socket, 'end');
    while (sizes.reduce((sum, bytes) => sum + bytes, 0) < size) {
      const count = sizes.length;
      await new Promise((resolve) => setImmediate(resolve));
      expect(sizes.length - count).toBeLessThanOrEqual(1);
      socket.resume();
    }
    socket.resume();
    await ended;
  });

  it('is closed with the accepted one', async () => {
    const { accepted } = await pair(kind);
    const socket = withSharedReads(accepted);
    accepted.destroy();
    await once(socket, 'close');
  });

  it('closes the accepted one, and with it what its server waits for', async () => {
    const { accepted } = await pair(kind);
    const closed = new Promise((resolve) => server.close(resolve));
    withSharedReads(accepted).destroy();
    await once(accepted, 'close');
    await closed;
  });
});

describe('a connection that has been ended and is to be reset', () => {
  it('is not waited for by its server, although Node never says that it is closed', async () => {
    const { accepted } = await pair('tcp');
    const socket = withSharedReads(accepted);
    socket.on('error', () => {});
    socket.end();
    await once(socket, 'finish');
    socket.resetAndDestroy();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('a socket that has been used', () => {
  it('stays as it is', async () => {
    const { client, accepted } = await pair('unix');
    accepted.on('readable', () => {});
    client.write('bytes');
    while (accepted.readableLength === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(withSharedReads(accepted)).toBe(accepted);
  });
});
