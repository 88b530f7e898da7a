// `sluice request`: how the command line becomes a request. That servers answer it is in the end-to-end tests.
import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { parseTarget } from '../../src/cli/request/target.ts';
import { requestVariables, type VariableWishes } from '../../src/cli/request/variables.ts';
import { directoryWith, World } from './support.ts';

const NOTHING_SPECIAL: VariableWishes = {
  method: 'GET',
  headers: [],
  params: [],
  bodyBytes: null,
  mount: '',
  documentRoot: null,
  release: '1.2.3',
};

function variables(url: string, wishes: Partial<VariableWishes> = {}): Record<string, string> {
  const made = requestVariables(parseTarget(url, '/srv'), { ...NOTHING_SPECIAL, ...wishes });
  return Object.fromEntries(made.entries());
}

describe('the URL', () => {
  it.each([
    ['fastcgi://127.0.0.1:9000/a?b=1', { kind: 'tcp', host: '127.0.0.1', port: 9000 }, '/a', 'b=1'],
    ['fcgi://[::1]:9000', { kind: 'tcp', host: '::1', port: 9000 }, '/', ''],
    ['scgi://app.internal:9000?x', { kind: 'tcp', host: 'app.internal', port: 9000 }, '/', 'x'],
    ['uwsgi://unix:/run/app.sock:/a:b?c?d', { kind: 'unix', path: '/run/app.sock' }, '/a:b', 'c?d'],
    ['ajp://unix:app.sock', { kind: 'unix', path: '/srv/app.sock' }, '/', ''],
    ['http://localhost:80//x/../y', { kind: 'tcp', host: '127.0.0.1', port: 80 }, '//x/../y', ''],
    ['http://localhost:80/é', { kind: 'tcp', host: '127.0.0.1', port: 80 }, '/\xc3\xa9', ''],
  ])('%s', (url, address, path, query) => {
    expect(parseTarget(url, '/srv')).toMatchObject({ address, path, query });
  });

  it.each([
    ['127.0.0.1:9000/', /begins with none of fastcgi:\/\/, ajp:\/\//],
    ['gopher://127.0.0.1:9000/', /begins with none of/],
    ['fastcgi://127.0.0.1:0/', /nobody listens on port 0/],
    ['fastcgi://srv:_fcgi._tcp.example.com/', /name one server, not a service/],
    ['fastcgi://127.0.0.1:9000/a b', /" " must be written percent-encoded/],
    ['fastcgi://127.0.0.1:9000/a#b', /"#" must be written percent-encoded/],
  ])('%s is refused', async (url, message) => {
    const { code, stderr } = await new World().run('request', url);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('the request', () => {
  it('is what a web server would make of it', () => {
    expect(variables('fcgi://127.0.0.1:9000/a%20b%C3%A9?q=%20', { bodyBytes: 5, method: 'POST' })).toEqual({
      GATEWAY_INTERFACE: 'CGI/1.1',
      REQUEST_METHOD: 'POST',
      REQUEST_URI: '/a%20b%C3%A9?q=%20',
      SCRIPT_NAME: '',
      PATH_INFO: '/a b\xc3\xa9',
      QUERY_STRING: 'q=%20',
      SERVER_NAME: '127.0.0.1',
      SERVER_PORT: '9000',
      SERVER_PROTOCOL: 'HTTP/1.1',
      SERVER_SOFTWARE: 'sluice/1.2.3',
      REMOTE_ADDR: '127.0.0.1',
      REMOTE_PORT: '0',
      HTTP_HOST: '127.0.0.1:9000',
      HTTP_USER_AGENT: 'sluice/1.2.3',
      HTTP_ACCEPT: '*/*',
      CONTENT_LENGTH: '5',
      CONTENT_TYPE: 'application/x-www-form-urlencoded',
    });
  });

  it('has the headers and variables that are given, those instead of its own', () => {
    const headers = ['Host: example.org', 'content-type:text/plain', 'X-Empty:'];
    const made = variables('fcgi://127.0.0.1:9000/', { headers, params: ['HTTPS=on', 'REMOTE_ADDR=::1'] });
    expect(made).toMatchObject({ HTTP_HOST: 'example.org', CONTENT_TYPE: 'text/plain', HTTP_X_EMPTY: '' });
    expect(made).toMatchObject({ HTTPS: 'on', REMOTE_ADDR: '::1' });
  });

  it('names the script for PHP, and the mount point', () => {
    const script = variables('fcgi://127.0.0.1:9000/blog/index.php/1', { documentRoot: '/srv/www' });
    expect(script).toMatchObject({
      SCRIPT_FILENAME: '/srv/www/blog/index.php',
      SCRIPT_NAME: '/blog/index.php',
      PATH_INFO: '/1',
    });
    const mounted = variables('fcgi://127.0.0.1:9000/blog/1', { mount: '/blog' });
    expect(mounted).toMatchObject({ SCRIPT_NAME: '/blog', PATH_INFO: '/1' });
  });

  it.each([
    [['--header', 'no colon'], /--header: "no colon" is not "Name: value"/],
    [['--header', 'X-A: b\nX-C: d'], /--header/],
    [['--header', 'Content-Length: 3'], /the length is that of --data/],
    [['--param', 'novalue'], /--param: "novalue" is not NAME=VALUE/],
    [['--mount', '/other'], /--mount \/other: the path \/ is not below it/],
    [['--method', 'GET /'], /--method: "GET \/" is none/],
    [['--timeout', 'soon'], /--timeout: give a duration/],
    [['--data', '@missing'], /--data: there is no file "missing"/],
    [['--secret-file', 'missing'], /--secret-file: only AJP has a secret/],
  ])('is not sent with %j', async (words, message) => {
    const { code, stderr } = await new World().run('request', 'fcgi://127.0.0.1:1/', ...words);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('needs a secret that only the owner can read', async () => {
    const directory = directoryWith({ secret: 'word' });
    const words = ['request', 'ajp://127.0.0.1:1/', '--secret-file', `${directory}/secret`];
    expect((await new World().run(...words)).stderr).toMatch(/everybody on this machine has access to it/);
  });

  it('says where the path of the URL stands if it was written to the path of the socket', async () => {
    const directory = directoryWith({ 'app.sock': '' });
    const { code, stderr } = await new World({ directory }).run('request', 'fcgi://unix:app.sock/index');
    expect(stderr).toContain('behind a colon, as in unix:/run/app.sock:/path');
    expect(code).toBe(6);
  });

  it('says so if nobody listens, or nobody answers in time', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).resume());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const late = await new World().run('request', `scgi://127.0.0.1:${port}/`, '--timeout', '50ms');
    expect(late).toMatchObject({ code: 6, stdout: '' });
    expect(late.stderr).toBe(
      `sluice: scgi://127.0.0.1:${port}/: no complete answer within 50 ms (--timeout)\n`,
    );
    server.close();
    await once(server, 'close');
    const nobody = await new World().run('request', `scgi://127.0.0.1:${port}/`);
    expect(nobody).toMatchObject({ code: 6, stdout: '' });
    expect(nobody.stderr).toMatch(/nobody listens there \(ECONNREFUSED\)/);
  });
});
