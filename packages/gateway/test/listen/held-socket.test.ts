// Sockets that are bound in this process, and accepted on in others.
import { describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { holdListener, noActivation } from '../../src/listen/index.ts';
import { ask, endProcess, listenOn, temporaryDirectory } from './support.ts';

const ACCEPT = `
const server = require('node:net').createServer((socket) => socket.end(process.argv[1]));
server.listen({ fd: 3 }, () => console.log('listening'));
`;

/** A process that accepts on the socket and says its name. */
async function accepting(descriptor: number, name: string): Promise<ChildProcess> {
  const stdio = ['ignore', 'pipe', 'inherit', descriptor] as const;
  const child = spawn(process.execPath, ['-e', ACCEPT, name], { stdio: [...stdio] });
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

const anyPort = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;

function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}

describe('a socket that is held', () => {
  it('is accepted on by one process after another, and connections in between wait', async () => {
    const { listener, descriptor } = await holdListener(listenOn(anyPort), noActivation);
    const where = { host: '127.0.0.1', port: portOf(listener.address) };
    expect(listener.url).toBe(`http://${listener.address}/`);
    const first = await accepting(descriptor, 'first');
    expect(await ask(where)).toBe('first');
    await endProcess(first);
    const waiting = ask(where);
    const second = await accepting(descriptor, 'second');
    expect(await waiting).toBe('second');
    listener.close();
    await endProcess(second);
    await expect(ask(where)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('has the file of a Unix socket, with its mode, until it is closed', async () => {
    const path = join(temporaryDirectory(), 'socket');
    const listen = listenOn({ kind: 'unix', path }, { protocol: 'fastcgi', mode: 0o660 });
    const { listener, descriptor } = await holdListener(listen, noActivation);
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect(listener).toMatchObject({ address: `unix:${path}`, url: null });
    const child = await accepting(descriptor, 'it');
    expect(await ask({ path })).toBe('it');
    await endProcess(child);
    expect(existsSync(path)).toBe(true);
    listener.close();
    expect(existsSync(path)).toBe(false);
  });

  it('is refused like any other if the port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(holdListener(listenOn({ ...anyPort, port }), noActivation)).rejects.toMatchObject({
      code: 'SLUICE_LISTEN_IN_USE',
    });
    server.close();
  });

  it('is refused if the name is unknown, or the descriptor is none', async () => {
    const named = listenOn({ ...anyPort, host: 'no-such-host.invalid' });
    await expect(holdListener(named, noActivation)).rejects.toMatchObject({
      code: 'SLUICE_LISTEN_NO_SUCH_ADDRESS',
    });
    await expect(holdListener(listenOn({ kind: 'descriptor', fd: 999 }), noActivation)).rejects.toMatchObject(
      {
        code: 'SLUICE_LISTEN_DESCRIPTOR',
      },
    );
  });
});
