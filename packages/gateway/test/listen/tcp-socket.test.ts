import { describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { once } from 'node:events';
import { openListener } from '../../src/listen/open-listener.ts';
import { ask, greetingServer, listenOn, otherProcess } from './support.ts';

const anyPort = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;

function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}

describe('a listener on a TCP port', () => {
  it('tells the port it took and where to click', async () => {
    const listener = await openListener(listenOn(anyPort, { mount: '/app' }), greetingServer());
    const port = portOf(listener.address);
    expect(listener).toMatchObject({ address: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}/app/` });
    expect(await ask({ host: '127.0.0.1', port })).toBe('hello');
  });

  it('has nothing to click on when it speaks FastCGI', async () => {
    const listener = await openListener(listenOn(anyPort, { protocol: 'fastcgi' }), greetingServer());
    expect(listener.url).toBeNull();
  });

  it('shows an address of this machine when it listens on all', async () => {
    const listener = await openListener(listenOn({ ...anyPort, host: '0.0.0.0' }), greetingServer());
    expect(listener.url).toBe(`http://127.0.0.1:${portOf(listener.address)}/`);
  });

  it('serves an HTTP server as well', async () => {
    const server = createHttpServer((_request, response) => response.end('hello'));
    const listener = await openListener(listenOn(anyPort), server);
    const response = await fetch(listener.url ?? '');
    expect(await response.text()).toBe('hello');
    const closed = once(server, 'close');
    listener.close();
    server.closeAllConnections();
    await closed;
  });

  it('names the process that has the port', async () => {
    const { child, port } = await otherProcess('0');
    await expect(openListener(listenOn({ ...anyPort, port }), greetingServer())).rejects.toMatchObject({
      code: 'SLUICE_LISTEN_IN_USE',
      message: expect.stringContaining(`process ${child.pid} (${process.execPath} -e`),
    });
  });

  it.each([
    ['192.0.2.1', 'is no address of this machine; it has '],
    ['no-such-host.invalid', 'is unknown'],
  ])('explains the address %s', async (host, text) => {
    await expect(openListener(listenOn({ ...anyPort, host }), greetingServer())).rejects.toMatchObject({
      code: 'SLUICE_LISTEN_NO_SUCH_ADDRESS',
      message: expect.stringContaining(text),
    });
  });

  it('lets in whom the list allows, and nobody else', async () => {
    const refused: string[] = [];
    const onRefused = (peer: string, reason: string): void => void refused.push(`${peer} ${reason}`);
    const open = await openListener(listenOn(anyPort, { allow: ['127.0.0.0/8'] }), greetingServer(), {
      onRefused,
    });
    expect(await ask({ host: '127.0.0.1', port: portOf(open.address) })).toBe('hello');
    expect(refused).toEqual([]);
    const closed = await openListener(listenOn(anyPort, { allow: ['10.0.0.0/8'] }), greetingServer(), {
      onRefused,
    });
    expect(await ask({ host: '127.0.0.1', port: portOf(closed.address) })).toBe('');
    expect(refused).toEqual(['127.0.0.1 not allowed']);
  });

  it('closes connections beyond the limit, and tells', async () => {
    const refused: string[] = [];
    const server = greetingServer();
    server.removeAllListeners('connection');
    const listener = await openListener(listenOn(anyPort), server, {
      connectionsCount: 1,
      onRefused: (_peer, reason) => void refused.push(reason),
    });
    const where = { host: '127.0.0.1', port: portOf(listener.address) };
    const first = connect(where);
    await once(server, 'connection');
    expect(await ask(where)).toBe('');
    expect(refused).toEqual(['too many connections']);
    first.destroy();
  });
});
