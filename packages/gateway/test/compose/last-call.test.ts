// Connections that were accepted just before the end: their requests are on the way, and are answered.
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { RealGateway } from '../helpers/real-gateway.ts';
import { Temporary } from '../helpers/temporary.ts';

const app = `
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [environ['PATH_INFO'].encode()]
`;
const requests = {
  http: 'GET /late HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  scgi: '59:CONTENT_LENGTH\x000\0SCGI\x001\0REQUEST_METHOD\0GET\0PATH_INFO\0/late\0,',
} as const;

const temporary = new Temporary();
let gateway: RealGateway;

afterEach(() => gateway.close());
afterAll(() => temporary.remove());

describe('the end of a gateway', () => {
  it.each(['http', 'scgi'] as const)('waits for the request of a fresh connection: %s', async (protocol) => {
    const path = join(temporary.directory(), 'socket');
    gateway = new RealGateway();
    gateway.write('app.py', app);
    await gateway.start({ http: protocol === 'http' ? [path] : ['127.0.0.1:0'], [protocol]: [path] });
    const first = connect(path);
    await once(first, 'connect');
    // Connections are accepted in their order: when the second has an answer the first has been accepted.
    const second = connect({ path, allowHalfOpen: true });
    second.end(requests[protocol]);
    await once(second.resume(), 'end');
    const stopped = gateway.gateway.stop();
    first.write(requests[protocol]);
    const chunks: Buffer[] = [];
    for await (const chunk of first) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toMatch(/200 OK[^]*\/late$/);
    await stopped;
  });
});
