// The CGI variables of HTTP requests.
import { afterEach, describe, expect, it } from '@jest/globals';
import { HttpFront } from '../../src/fronts/http.ts';
import { answer, FrontBench } from '../helpers/front-bench.ts';

let bench: FrontBench;
afterEach(() => bench.close());

/** Sends a request with these headers and returns its variables. */
async function variablesOf(
  headers: string,
  target: string = '/a%20b?x=1',
  where: 'tcp' | 'unix' = 'tcp',
): Promise<Record<string, string>> {
  bench = await FrontBench.listen((options) => new HttpFront(options), where);
  const client = await bench.connect();
  client.send(`GET ${target} HTTP/1.1\r\nHost: h.example:81\r\n${headers}\r\n`);
  const exchange = await bench.next();
  answer(exchange, '');
  return Object.fromEntries(exchange.variables.entries());
}

describe('the variables of an HTTP request', () => {
  it('say what CGI asks for', async () => {
    const variables = await variablesOf('');
    expect(variables).toMatchObject({
      REQUEST_METHOD: 'GET',
      REQUEST_URI: '/a%20b?x=1',
      QUERY_STRING: 'x=1',
      SERVER_PROTOCOL: 'HTTP/1.1',
      GATEWAY_INTERFACE: 'CGI/1.1',
      REQUEST_SCHEME: 'http',
      REMOTE_ADDR: '127.0.0.1',
      SERVER_ADDR: '127.0.0.1',
      SERVER_NAME: 'h.example',
      HTTP_HOST: 'h.example:81',
    });
    expect(Number(variables['SERVER_PORT'])).toBeGreaterThan(0);
    expect(Number(variables['REMOTE_PORT'])).toBeGreaterThan(0);
    expect(variables).not.toHaveProperty('HTTPS');
  });

  it('have an empty query where there is none', async () => {
    expect(await variablesOf('', '/a')).toMatchObject({ QUERY_STRING: '', REQUEST_URI: '/a' });
  });

  it('have no peer on a Unix socket, but a port', async () => {
    expect(await variablesOf('', '/', 'unix')).toMatchObject({
      REMOTE_ADDR: '',
      REMOTE_PORT: '',
      SERVER_PORT: '80',
    });
  });

  it('join headers that come more than once: cookies as cookies', async () => {
    const variables = await variablesOf('X-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\n');
    expect(variables).toMatchObject({ HTTP_X_A: '1, 2', HTTP_COOKIE: 'a=1; b=2' });
  });

  it.each([
    ['an underscore', 'X_User'],
    ['a dot', 'X.User'],
    ['another character of a token', 'X~User'],
  ])('leave out a name with %s, which could pass for another one', async (_name, header) => {
    const variables = await variablesOf(`${header}: evil\r\nX-Other: good\r\n`);
    expect(variables['HTTP_X_OTHER']).toBe('good');
    expect(Object.values(variables)).not.toContain('evil');
  });

  it.each([
    'X_User: evil\r\nX-User: good\r\n',
    'x-user: good\r\nX.USER: evil\r\n',
    'Content_Type: a\r\nContent-Type: b\r\n',
  ])('are not made at all where one name passes for another one: %j', async (headers) => {
    bench = await FrontBench.listen((options) => new HttpFront(options));
    const client = await bench.connect();
    client.send(`GET / HTTP/1.1\r\nHost: h\r\n${headers}\r\n`);
    expect(await client.ended()).toMatch(/^HTTP\/1\.1 400 /);
    expect(bench.exchanges).toEqual([]);
  });

  it('have no HTTP_PROXY, which would pass for that of the environment', async () => {
    expect(await variablesOf('Proxy: http://evil.example\r\nPROXY: x\r\n')).not.toHaveProperty('HTTP_PROXY');
  });

  it('take the type and the length of the body as CGI names them', async () => {
    const variables = await variablesOf('Content-Type: text/plain\r\nContent-Length: 0\r\n');
    expect(variables).toMatchObject({ CONTENT_TYPE: 'text/plain', CONTENT_LENGTH: '0' });
    expect(variables).not.toHaveProperty('HTTP_CONTENT_TYPE');
  });

  it.each(['Script-Name', 'Path-Info', 'Remote-User', 'Remote-Addr', 'Https', 'Server-Name'])(
    'cannot be set by a header %s',
    async (header) => {
      const plain = header.toUpperCase().replace('-', '_');
      const variables = await variablesOf(`${header}: evil\r\n`);
      expect(variables[plain]).not.toBe('evil');
      expect(variables[`HTTP_${plain}`]).toBe('evil');
    },
  );

  it('survive names that every object has', async () => {
    const variables = await variablesOf('Constructor: x\r\n');
    expect(variables['HTTP_CONSTRUCTOR']).toBe('x');
  });

  it('keep bytes beyond ASCII as they came', async () => {
    expect(await variablesOf('X-Name: caf\xc3\xa9\r\n')).toMatchObject({ HTTP_X_NAME: 'caf\xc3\xa9' });
  });
});
