// Encrypted listeners: what is negotiated, what the application is told, and certificates that change.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { HttpFront } from '../../src/fronts/http.ts';
import { peerOf } from '../../src/listen/peers.ts';
import { openListener, type Listener } from '../../src/listen/open-listener.ts';
import { TlsDoor } from '../../src/listen/tls.ts';
import { answer } from '../helpers/front-bench.ts';
import { RawClient } from '../helpers/raw-client.ts';
import type { ListenConfig } from '../../src/config/types.ts';
import { listenOn } from './support.ts';

const directory = mkdtempSync(join(tmpdir(), 'sluice-tls-'));
const file = (name: string): string => join(directory, name);

/** Makes a certificate of that name that signs itself. */
function makeCertificate(name: string): void {
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    file(`${name}.key`),
  ];
  const made = spawnSync(
    'openssl',
    ['req', '-x509', '-subj', `/CN=${name}`, '-days', '2', ...key, '-out', file(`${name}.pem`)],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(made.stderr);
}

beforeAll(() => {
  makeCertificate('first');
  makeCertificate('second');
});

afterAll(() => rmSync(directory, { recursive: true }));

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** An HTTP front on an encrypted listener; it answers with what the application is told. */
async function serve(
  changes: Partial<ListenConfig> = {},
): Promise<{ door: TlsDoor; port: number; listener: Listener }> {
  const certificateFile = file('live.pem');
  const keyFile = file('live.key');
  use('first');
  const door = new TlsDoor({ certificateFile, keyFile });
  const front = new HttpFront({
    showDetail: false,
    variablesBytes: 65_536,
    variablesCount: 200,
    peerOf,
    handle: (exchange) => answer(exchange, JSON.stringify(Object.fromEntries(exchange.variables.entries()))),
  });
  const address = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
  const listener = await openListener(listenOn(address, changes), front.server, { tls: door });
  const { port } = front.server.address() as AddressInfo;
  closers.push(async () => {
    door.close();
    listener.close();
    front.destroy();
    await once(front.server, 'close');
  });
  return { door, port, listener };
}

/** Puts a certificate in the place of the one in use. */
function use(name: string): void {
  for (const end of ['pem', 'key']) {
    writeFileSync(file(`new.${end}`), spawnSync('cat', [file(`${name}.${end}`)]).stdout);
    renameSync(file(`new.${end}`), file(`live.${end}`));
  }
}

/** What the application is told of a request, and the connection it came by. */
async function ask(
  port: number,
  options: ConnectionOptions = {},
): Promise<{ variables: Record<string, string>; socket: TLSSocket; name: string }> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  // A resumed session shows none.
  const name = socket.isSessionReused() ? 'resumed' : socket.getPeerCertificate().subject.CN;
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return {
    variables: JSON.parse(text.slice(text.indexOf('{'))) as Record<string, string>,
    socket,
    name: String(name),
  };
}

describe('an encrypted listener', () => {
  it('tells the application how', async () => {
    const { port, listener } = await serve();
    const { variables, socket } = await ask(port, { ALPNProtocols: ['h2', 'http/1.1'] });
    expect(variables).toMatchObject({
      HTTPS: 'on',
      REQUEST_SCHEME: 'https',
      REMOTE_ADDR: '127.0.0.1',
      SERVER_PORT: String(port),
      SSL_PROTOCOL: 'TLSv1.3',
      SSL_CIPHER: expect.stringMatching(/^TLS_/),
    });
    expect([socket.alpnProtocol, listener.url]).toEqual(['http/1.1', `https://127.0.0.1:${port}/`]);
  });

  it('speaks TLS 1.2, and nothing older', async () => {
    const { port } = await serve();
    const { variables } = await ask(port, { maxVersion: 'TLSv1.2' });
    expect(variables).toMatchObject({ SSL_PROTOCOL: 'TLSv1.2' });
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(ask(port, old)).rejects.toThrow(/alert|protocol/);
  });

  it('closes a connection that is not encrypted, and serves on', async () => {
    const { port } = await serve();
    const client = await RawClient.to({ port, host: '127.0.0.1' });
    client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await client.ended()).not.toMatch(/HTTP/);
    client.destroy();
    expect((await ask(port)).variables).toMatchObject({ HTTPS: 'on' });
  });

  it('takes a PROXY header before the handshake', async () => {
    const { port } = await serve({ isProxied: true });
    const raw = await RawClient.to({ port, host: '127.0.0.1' });
    raw.send('PROXY TCP4 192.0.2.1 203.0.113.7 56324 443\r\n');
    raw.socket.removeAllListeners('data');
    const { variables } = await ask(port, { socket: raw.socket });
    expect(variables).toMatchObject({
      REMOTE_ADDR: '192.0.2.1',
      REMOTE_PORT: '56324',
      SERVER_PORT: '443',
      HTTPS: 'on',
    });
  });

  it('resumes sessions', async () => {
    const { port } = await serve();
    const session = new Promise<Buffer>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      socket.once('session', (ticket: Buffer) => {
        socket.destroy();
        resolve(ticket);
      });
    });
    const { name } = await ask(port, { session: await session });
    expect(name).toBe('resumed');
  });
});

describe('a certificate', () => {
  it('that was replaced is used for new connections once it is read again', async () => {
    const { door, port } = await serve();
    expect((await ask(port)).name).toBe('first');
    use('second');
    expect((await ask(port)).name).toBe('first');
    expect(door.reload()).toBe(null);
    expect((await ask(port)).name).toBe('second');
  });

  it('that cannot be used leaves the old one in place, with the reason', async () => {
    const { door, port } = await serve();
    writeFileSync(file('live.key'), spawnSync('cat', [file('second.key')]).stdout);
    expect(door.reload()).toMatch(/live\.key cannot be used: the key is not that of the certificate/);
    writeFileSync(file('live.pem'), 'garbage');
    expect(door.reload()).toMatch(/live\.pem holds no certificate/);
    rmSync(file('live.pem'));
    expect(door.reload()).toMatch(/live\.pem cannot be used: there is no such file/);
    expect((await ask(port)).name).toBe('first');
  });

  it('that cannot be used from the beginning is an error', () => {
    expect(() => new TlsDoor({ certificateFile: file('none.pem'), keyFile: null })).toThrow(/no such file/);
    expect(() => new TlsDoor({ certificateFile: file('first.pem'), keyFile: null })).toThrow(
      /no private key/,
    );
  });

  it('is noticed to have changed, until nobody watches any more', async () => {
    const { door } = await serve();
    const changed = new Promise<void>((resolve) => door.watch(resolve, 20));
    use('second');
    await changed;
    door.close();
  });
});
