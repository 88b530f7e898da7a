// A whole gateway: every front leads to the application, and nothing is left when it ends.
import { afterEach, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { begin, replyTo, stdin, stdinEnd } from '../helpers/fastcgi-peer.ts';
import { FifoGate } from '../helpers/fifo-gate.ts';
import { RawClient } from '../helpers/raw-client.ts';
import { RealGateway } from '../helpers/real-gateway.ts';

const APPLICATION = `
def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        begun, leave = environ["QUERY_STRING"].split(",")
        with open(begun, "w") as announcement:
            announcement.write("begun")
        with open(leave) as permission:
            permission.read()
    body = environ["wsgi.input"].read()
    text = "%s|%s|%d" % (environ["SCRIPT_NAME"], environ["PATH_INFO"], len(body))
    start_response("200 OK", [("Content-Length", str(len(text)))])
    return [text.encode("latin-1")]
`;

let gateway: RealGateway;
let isOpen = false;
afterEach(async () => {
  if (isOpen) await gateway.close();
  isOpen = false;
});

function prepared(): RealGateway {
  gateway = new RealGateway();
  isOpen = true;
  gateway.write('app.py', APPLICATION);
  return gateway;
}

describe('a gateway', () => {
  it('leads every front to the application', async () => {
    const socket = `${prepared().directory}/fastcgi.sock`;
    await gateway.start({ fastcgi: [`unix:${socket}`], processes: '1' });
    expect(await gateway.get('/a%20b?x=1')).toEqual([200, '|/a b|0']);
    const webServer = await RawClient.to({ path: socket });
    webServer.send(begin(1, { SCRIPT_NAME: '/a b', REQUEST_URI: '/a%20b' }), stdinEnd(1));
    expect((await replyTo(webServer, 1)).stdout).toBe('Status: 200 OK\r\nContent-Length: 7\r\n\r\n|/a b|0');
    webServer.destroy();
    await gateway.close();
    isOpen = false;
    expect(existsSync(socket)).toBe(false);
  });

  it('stores a large body, hands it to the application, and removes it', async () => {
    await prepared().start({ processes: '1' });
    const response = await fetch(`${gateway.url}/up`, { method: 'POST', body: Buffer.alloc(3_000_000) });
    expect(await response.text()).toBe('|/up|3000000');
  });

  it('finishes the requests it has when it stops, and takes no new ones', async () => {
    await prepared().start({ processes: '1' });
    const gate = new FifoGate(gateway.directory, 'last');
    const { port } = new URL(gateway.url);
    const last = gateway.get(`/slow?${gate.query}`);
    await gate.begun();
    const stopped = gateway.gateway.stop();
    const late = connect(Number(port), '127.0.0.1');
    const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    await gate.open();
    expect(await last).toEqual([200, '|/slow|0']);
    await stopped;
  });

  it('leaves nothing behind if one of its listeners cannot be opened', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const socket = `${prepared().directory}/fastcgi.sock`;
    const start = gateway.start({ fastcgi: [`unix:${socket}`], http: [`127.0.0.1:${port}`] });
    await expect(start).rejects.toThrow();
    taken.close();
    expect(readdirSync(gateway.directory).filter((name) => name.endsWith('.sock'))).toEqual([]);
    expect(gateway.log.filter(({ message }) => message === 'worker ready')).toEqual([]);
  });

  it('answers what it refuses itself with a page that says nothing it should not', async () => {
    await prepared().start({ processes: '1' });
    const socket = await RawClient.to({ host: '127.0.0.1', port: Number(new URL(gateway.url).port) });
    socket.send('GET /a%00b HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n\r\n');
    const text = await socket.ended();
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*"code":"SLUICE_BAD_REQUEST"/);
    expect(text).not.toContain('%00');
    socket.destroy();
  });

  it('costs one request, and no other, when a web server sends half a body', async () => {
    const socket = `${prepared().directory}/fastcgi.sock`;
    await gateway.start({ fastcgi: [`unix:${socket}`], processes: '1' });
    const webServer = await RawClient.to({ path: socket });
    webServer.send(begin(1, { CONTENT_LENGTH: '10' }), stdin(1, 'half'), stdinEnd(1), begin(2), stdinEnd(2));
    expect((await replyTo(webServer, 1)).stdout).toMatch(/^Status: 400 /);
    expect((await replyTo(webServer, 2)).stdout).toMatch(/^Status: 200 /);
    webServer.destroy();
  });
});
