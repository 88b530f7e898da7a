// What a connection passes before its front: who may come in, how many of them, and who it says it is.
import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { openListener, type OpenOptions } from '../../src/listen/open-listener.ts';
import { endsOf } from '../../src/listen/peers.ts';
import type { ListenConfig } from '../../src/config/types.ts';
import { RawClient } from '../helpers/raw-client.ts';
import { closed, untilLeft } from '../helpers/settled.ts';
import { ask, listenOn, temporaryDirectory } from './support.ts';

/** A server that tells each connection whom it takes it for, and then what it sends. */
function echoingServer(): Server {
  return createServer((socket: Socket) => {
    const { address, port, localAddress, localPort } = endsOf(socket);
    socket.on('error', () => {});
    socket.write(`${address}|${port}|${localAddress}|${localPort}\n`);
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('end', () => socket.end());
  });
}

/** Opens a listener on a free port, has it used, and closes it. */
async function withListener(
  changes: Partial<ListenConfig>,
  options: OpenOptions,
  use: (connectTo: () => Promise<RawClient>, server: Server) => Promise<void>,
): Promise<void> {
  const server = echoingServer();
  const address = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
  const listener = await openListener(listenOn(address, changes), server, options);
  const { port } = server.address() as AddressInfo;
  const clients: RawClient[] = [];
  try {
    await use(async () => {
      const client = await RawClient.to({ host: '127.0.0.1', port });
      clients.push(client);
      return client;
    }, server);
  } finally {
    for (const client of clients) client.destroy();
    listener.close();
    await once(server, 'close');
  }
}

const HEADER = 'PROXY TCP4 192.0.2.1 203.0.113.7 56324 443\r\n';

describe('a listener for the PROXY protocol', () => {
  it('takes a connection for the one its header names', () =>
    withListener({ isProxied: true }, {}, async (connectTo) => {
      const client = await connectTo();
      client.send(HEADER);
      await client.until(({ text }) => text === '192.0.2.1|56324|203.0.113.7|443\n');
      client.send('after');
      await client.until(({ text }) => text.endsWith('\nafter'));
    }));

  it('gives the bytes behind the header to the front, however they are split', () =>
    withListener({ isProxied: true }, {}, async (connectTo) => {
      const whole = `${HEADER}hello`;
      for (const at of [0, 1, 5, HEADER.length - 1, HEADER.length, HEADER.length + 2]) {
        const client = await connectTo();
        client.socket.setNoDelay(true);
        client.send(whole.slice(0, at));
        await new Promise((resolve) => setImmediate(resolve));
        client.send(whole.slice(at));
        await client.until(({ text }) => text === '192.0.2.1|56324|203.0.113.7|443\nhello');
      }
    }));

  it('takes it byte by byte', () =>
    withListener({ isProxied: true }, {}, async (connectTo) => {
      const client = await connectTo();
      client.socket.setNoDelay(true);
      for (const byte of `${HEADER}x`) {
        client.send(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await client.until(({ text }) => text.endsWith('443\nx'));
    }));

  it('keeps the ends of the socket where the header names none', () =>
    withListener({ isProxied: true }, {}, async (connectTo) => {
      const client = await connectTo();
      client.send('PROXY UNKNOWN\r\n');
      await client.until(({ text }) => text.startsWith('127.0.0.1|') && text.endsWith('\n'));
    }));

  it.each([
    ['without a header', 'GET / HTTP/1.1\r\n\r\n', /does not begin with a PROXY header/],
    ['with a malformed one', 'PROXY TCP4 a b 1 2\r\n', /not one of TCP4/],
    ['that sends nothing', '', /no PROXY header within 50 ms/],
    ['that stops in the middle', 'PROXY TCP4 192.', /no PROXY header within 50 ms/],
  ])('closes a connection %s', async (_name, bytes, reason) => {
    const refused: string[] = [];
    const options = { headerTimeoutMs: 50, onRefused: (_peer: string, why: string) => refused.push(why) };
    await withListener({ isProxied: true }, options, async (connectTo) => {
      const client = await connectTo();
      client.send(bytes);
      expect(await client.ended()).toBe('');
    });
    expect(refused).toEqual([expect.stringMatching(reason)]);
  });

  it('says nothing about one that ends before, as checks of health do', async () => {
    const refused: string[] = [];
    const onRefused = (_peer: string, why: string): number => refused.push(why);
    await withListener({ isProxied: true }, { onRefused }, async (connectTo) => {
      const client = await connectTo();
      client.socket.end('PROXY');
      await client.ended();
    });
    expect(refused).toEqual([]);
  });

  it('closes connections whose header has not come when it is closed', async () => {
    const server = echoingServer();
    const path = `${temporaryDirectory()}/socket`;
    const listener = await openListener(listenOn({ kind: 'unix', path }, { isProxied: true }), server);
    const accepted = once(server, 'connection');
    const client = connect({ path });
    await accepted;
    const isOver = once(server, 'close');
    listener.close();
    await Promise.all([isOver, closed(client)]);
  });

  it('works on a Unix socket', async () => {
    const server = echoingServer();
    const path = `${temporaryDirectory()}/socket`;
    const listener = await openListener(listenOn({ kind: 'unix', path }, { isProxied: true }), server);
    const client = await RawClient.to({ path });
    client.send(HEADER);
    await client.until(({ text }) => text === '192.0.2.1|56324|203.0.113.7|443\n');
    client.destroy();
    listener.close();
    await once(server, 'close');
  });
});

describe('a limit of connections per address', () => {
  it('refuses further ones with a word, and lets new ones in when old ones have gone', async () => {
    const refused: string[] = [];
    const options = {
      addressConnectionsCount: 2,
      farewell: Buffer.from('too many'),
      onRefused: (_peer: string, why: string) => refused.push(why),
    };
    await withListener({}, options, async (connectTo, server) => {
      const [first, second] = [await connectTo(), await connectTo()];
      await Promise.all([first, second].map((client) => client.until(({ text }) => text.endsWith('\n'))));
      expect(await (await connectTo()).ended()).toBe('too many');
      first.destroy();
      await untilLeft(server, 1);
      await (await connectTo()).until(({ text }) => text.startsWith('127.0.0.1|'));
    });
    expect(refused).toEqual(['too many connections from its address']);
  });

  it('counts by the address that the PROXY header names', () =>
    withListener({ isProxied: true }, { addressConnectionsCount: 1 }, async (connectTo) => {
      for (const address of ['192.0.2.1', '192.0.2.2']) {
        const client = await connectTo();
        client.send(`PROXY TCP4 ${address} 203.0.113.7 1 2\r\n`);
        await client.until(({ text }) => text.startsWith(`${address}|`));
      }
      const client = await connectTo();
      client.send(HEADER);
      expect(await client.ended()).toBe('');
    }));
});

describe('a list of who may connect', () => {
  it('closes all others before their bytes are read', async () => {
    const refused: string[] = [];
    const server = echoingServer();
    const address = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
    const listen = listenOn(address, { allow: ['192.0.2.0/24'] });
    const onRefused = (_peer: string, why: string): number => refused.push(why);
    const listener = await openListener(listen, server, { onRefused });
    const { port } = server.address() as AddressInfo;
    expect(await ask({ host: '127.0.0.1', port })).toBe('');
    expect(refused).toEqual(['not allowed']);
    listener.close();
  });
});
