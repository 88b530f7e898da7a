// Directories, servers and processes for the tests in this folder; each is gone when its test has ended.
import { afterEach } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ListenAddress, ListenConfig } from '../../src/config/types.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A new directory. The test fails if a file of a name with the id of this process is left there. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-listen-'));
  cleanups.push(() => {
    const left = readdirSync(directory).filter((name) => name.endsWith(`.${process.pid}`));
    rmSync(directory, { recursive: true });
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  });
  return directory;
}

/** A server that greets each connection with `hello` and ends it. */
export function greetingServer(): Server {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('hello');
  });
  cleanups.push(() => server.close());
  return server;
}

/** A listener of the configuration with the defaults of a file. */
export function listenOn(address: ListenAddress, changes: Partial<ListenConfig> = {}): ListenConfig {
  return {
    protocol: 'http',
    address,
    mode: null,
    owner: null,
    group: null,
    mount: null,
    isScriptNameBelieved: false,
    backlogCount: 16,
    allow: null,
    isProxied: false,
    trusted: null,
    forwarded: null,
    tlsCertificateFile: null,
    tlsKeyFile: null,
    secretFile: null,
    allowedAttributes: null,
    packetBytes: null,
    isPathDecoded: false,
    ...changes,
  };
}

/** What a server says to a client; '' if it hangs up. Rejects if there is no connection. */
export async function ask(where: { path: string } | { host: string; port: number }): Promise<string> {
  const socket = connect(where);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await new Promise((resolve, reject) => {
    socket.once('close', resolve).once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') resolve(null);
      else reject(error);
    });
  });
  return text;
}

const program = `
const server = require('node:net').createServer((socket) => socket.on('error', () => {}));
const [address] = process.argv.slice(1);
server.listen(/^\\d+$/.test(address) ? { port: Number(address), host: '127.0.0.1' } : { path: address },
  () => console.log(server.address().port ?? 'listening'));
`;

/** Another process that listens on a Unix path or a port of 127.0.0.1. */
export async function otherProcess(address: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, ['-e', program, address], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanups.push(() => endProcess(child));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, port: Number(line) };
}

/** Kills a process and waits until it is gone. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
