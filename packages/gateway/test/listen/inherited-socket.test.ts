import { describe, expect, it } from '@jest/globals';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { noActivation } from '../../src/listen/index.ts';
import { holdListener, openListener } from '../../src/listen/open-listener.ts';
import { ask, endProcess, greetingServer, listenOn } from './support.ts';

const donor = fileURLToPath(new URL('fixtures/socket-donor.cjs', import.meta.url));

// A listening socket of another process, as a descriptor of this one.
async function receiveSocket(host = '127.0.0.1'): Promise<{ fd: number; port: number }> {
  const child = fork(donor, [host], { execArgv: [] });
  const [port, handle] = (await once(child, 'message')) as [number, { fd: number; unref(): void }];
  // Whoever listens on the descriptor closes it: what it came in cannot be closed as well.
  handle.unref();
  await endProcess(child);
  return { fd: handle.fd, port };
}

describe('a listener on an inherited socket', () => {
  it('accepts the connections of the socket it was given', async () => {
    const { fd, port } = await receiveSocket();
    const listener = await openListener(listenOn({ kind: 'descriptor', fd }), greetingServer());
    expect(listener).toMatchObject({ address: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}/` });
    expect(await ask({ host: '127.0.0.1', port })).toBe('hello');
    listener.close();
  });

  it('can be held for other processes', async () => {
    const { fd, port } = await receiveSocket();
    const held = await holdListener(listenOn({ kind: 'descriptor', fd }), noActivation);
    expect(held).toMatchObject({ descriptor: fd, listener: { address: `127.0.0.1:${port}` } });
    held.listener.close();
    await expect(ask({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is found by socket activation', async () => {
    const { fd, port } = await receiveSocket();
    const activation = { sockets: [{ fd, name: 'web' }], reason: '' };
    const listener = await openListener(listenOn({ kind: 'systemd', name: 'web' }), greetingServer(), {
      activation,
    });
    expect(await ask({ host: '127.0.0.1', port })).toBe('hello');
    listener.close();
  });

  it('refuses FastCGI that other machines can reach, unless it is said who may connect', async () => {
    const fastcgi = { protocol: 'fastcgi' } as const;
    const { fd } = await receiveSocket('0.0.0.0');
    const server = greetingServer();
    await expect(openListener(listenOn({ kind: 'descriptor', fd }, fastcgi), server)).rejects.toMatchObject({
      code: 'SLUICE_LISTEN_UNGUARDED',
    });
    expect(server.listening).toBe(false);
    const other = await receiveSocket('0.0.0.0');
    const changes = { ...fastcgi, allow: ['127.0.0.1'] };
    const listener = await openListener(
      listenOn({ kind: 'descriptor', fd: other.fd }, changes),
      greetingServer(),
    );
    expect(await ask({ host: '127.0.0.1', port: other.port })).toBe('hello');
    listener.close();
  });

  it('refuses AJP that other machines can reach, unless it asks for a secret', async () => {
    const ajp = { protocol: 'ajp', allow: ['127.0.0.1'], secretFile: null } as const;
    const { fd } = await receiveSocket('0.0.0.0');
    const server = greetingServer();
    await expect(openListener(listenOn({ kind: 'descriptor', fd }, ajp), server)).rejects.toMatchObject({
      code: 'SLUICE_LISTEN_UNGUARDED',
      message: expect.stringContaining('secret_file'),
    });
    expect(server.listening).toBe(false);
    for (const changes of [
      { ...ajp, secretFile: '/etc/secret' },
      { ...ajp, allow: null },
    ]) {
      const host = changes.allow === null ? '127.0.0.1' : '0.0.0.0';
      const other = await receiveSocket(host);
      const address = { kind: 'descriptor', fd: other.fd } as const;
      const listener = await openListener(listenOn(address, changes), greetingServer());
      expect(await ask({ host: '127.0.0.1', port: other.port })).toBe('hello');
      listener.close();
    }
  });

  it('refuses a descriptor that is not open', async () => {
    await expect(
      openListener(listenOn({ kind: 'descriptor', fd: 999_999 }), greetingServer()),
    ).rejects.toMatchObject({
      code: 'SLUICE_LISTEN_DESCRIPTOR',
      message: expect.stringContaining('is not open'),
    });
  });

  it('refuses a descriptor that is not a socket', async () => {
    const fd = openSync('/dev/null', 'r');
    await expect(openListener(listenOn({ kind: 'descriptor', fd }), greetingServer())).rejects.toMatchObject({
      code: 'SLUICE_LISTEN_DESCRIPTOR',
      message: expect.stringContaining('is not a socket'),
    });
    closeSync(fd);
  });
});
