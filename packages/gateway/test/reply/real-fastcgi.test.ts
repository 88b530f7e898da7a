// The same over FastCGI: a web server that does not read its connection holds neither thread nor file.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProtocolStatus } from '@sluice/fastcgi';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { writeFileSync } from 'node:fs';
import { begin, repliesIn, stdinEnd } from '../helpers/fastcgi-peer.ts';
import { RealGateway } from '../helpers/real-gateway.ts';
import { until } from '../helpers/settled.ts';
import { openFilesBelow } from './open-files.ts';

const APP = `
def application(environ, start_response):
    start_response("200 OK", [])
    if environ["PATH_INFO"] == "/film":
        return environ["wsgi.file_wrapper"](open("film", "rb"))
    if environ["PATH_INFO"] == "/generated":
        return (b"x" * 10000 for _ in range(1000))
    return [b"hello"]
`;

let gateway: RealGateway;
beforeEach(async () => {
  gateway = new RealGateway();
  gateway.write('app.py', APP);
  writeFileSync(`${gateway.directory}/film`, Buffer.alloc(10_000_000, 'x'));
  await gateway.start({ processes: '1', threads: '1', fastcgi: ['127.0.0.1:0'] });
});
afterEach(async () => {
  await until('the film is closed', () => openFilesBelow(gateway.directory).length === 0);
  await gateway.close();
});

/** Sends a request as a web server does, and reads nothing. */
async function ask(path: string): Promise<Socket> {
  const address = gateway.gateway.listeners.find(({ protocol }) => protocol === 'fastcgi')?.address ?? '';
  const socket = connect(Number(address.split(':').at(-1)), '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  const variables = { REQUEST_METHOD: 'GET', PATH_INFO: path, SCRIPT_NAME: '', QUERY_STRING: '' };
  const server = { SERVER_NAME: 'x', SERVER_PORT: '80', SERVER_PROTOCOL: 'HTTP/1.1', CONTENT_LENGTH: '0' };
  socket.write(Buffer.concat([begin(1, { ...variables, ...server }, { isKept: false }), stdinEnd(1)]));
  return socket;
}

/** Reads until the gateway closes the connection, and returns the number of bytes of the body. */
async function bodyLengthOf(socket: Socket): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  const { stdout = '', status } = repliesIn(Buffer.concat(chunks)).get(1) ?? {};
  expect(status).toBe(ProtocolStatus.REQUEST_COMPLETE);
  return stdout.length - stdout.indexOf('\r\n\r\n') - 4;
}

describe.each(['/generated', '/film'])('a web server that does not read %s', (path) => {
  it('does not keep the only thread, and gets every byte in the end', async () => {
    const slow = await ask(path);
    expect(await gateway.get('/hello')).toEqual([200, 'hello']);
    expect(await bodyLengthOf(slow)).toBe(10_000_000);
  });
});
