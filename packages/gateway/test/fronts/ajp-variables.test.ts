import { describe, expect, it } from '@jest/globals';
import { decodeForwardRequest, encodeForwardRequest, type ForwardRequestInit } from '@sluice/ajp/codec';
import { ajpVariables, mountAttribute } from '../../src/fronts/ajp-variables.ts';

const PACKET_HEADER_BYTES = 4;

/** The variables of a request that has been over the wire. */
function variablesOf(init: Partial<ForwardRequestInit>, isPathDecoded = false): Record<string, string> {
  const packet = encodeForwardRequest({ method: 'GET', uri: '/', ...init });
  const head = decodeForwardRequest(packet.subarray(PACKET_HEADER_BYTES));
  return Object.fromEntries(ajpVariables(head, isPathDecoded).entries());
}

const PLAIN = {
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/',
  QUERY_STRING: '',
  SERVER_PROTOCOL: 'HTTP/1.1',
  GATEWAY_INTERFACE: 'CGI/1.1',
  SERVER_SOFTWARE: 'sluice',
  REQUEST_SCHEME: 'http',
  REMOTE_ADDR: '10.0.0.9',
  SERVER_NAME: 'www.example',
  SERVER_PORT: '80',
};

const plain: Partial<ForwardRequestInit> = { remoteAddress: '10.0.0.9', serverName: 'www.example' };

describe('the variables of an AJP request', () => {
  it('are those of CGI, and no more than is known', () => {
    expect(variablesOf(plain)).toEqual(PLAIN);
  });

  it.each<[string, Partial<ForwardRequestInit>, Record<string, string>]>([
    ['method', { method: 'POST' }, { REQUEST_METHOD: 'POST' }],
    ['stored_method', { method: 'PATCH' }, { REQUEST_METHOD: 'PATCH' }],
    ['a method with a hyphen', { method: 'BASELINE-CONTROL' }, { REQUEST_METHOD: 'BASELINE-CONTROL' }],
    ['protocol', { protocol: 'HTTP/2.0' }, { SERVER_PROTOCOL: 'HTTP/2.0' }],
    ['no protocol', { protocol: '' }, { SERVER_PROTOCOL: 'HTTP/1.0' }],
    ['req_uri', { uri: '/a%20b' }, { REQUEST_URI: '/a%20b' }],
    ['query_string', { queryString: 'a=%3F' }, { QUERY_STRING: 'a=%3F', REQUEST_URI: '/?a=%3F' }],
    ['an empty query_string', { queryString: '' }, { QUERY_STRING: '', REQUEST_URI: '/?' }],
    ['remote_host', { remoteHost: 'client.example' }, { REMOTE_HOST: 'client.example' }],
    ['server_name', { serverName: 'b.example' }, { SERVER_NAME: 'b.example' }],
    ['no server_name', { serverName: '' }, { SERVER_NAME: 'localhost' }],
    ['server_port', { serverPort: 8080 }, { SERVER_PORT: '8080' }],
    ['is_ssl', { secure: true }, { HTTPS: 'on', REQUEST_SCHEME: 'https', SERVER_PORT: '443' }],
    ['remote_user', { remoteUser: 'alice' }, { REMOTE_USER: 'alice' }],
    ['auth_type', { authType: 'Basic' }, { AUTH_TYPE: 'Basic' }],
    ['jvm_route', { route: 'node1' }, { JVM_ROUTE: 'node1' }],
    ['ssl_cert', { sslCertificate: '-----BEGIN\nx\n' }, { SSL_CLIENT_CERT: '-----BEGIN\nx\n' }],
    ['ssl_cipher', { sslCipher: 'AES' }, { SSL_CIPHER: 'AES' }],
    ['ssl_session', { sslSession: '0a' }, { SSL_SESSION_ID: '0a' }],
    ['ssl_key_size', { sslKeySize: 256 }, { SSL_CIPHER_USEKEYSIZE: '256' }],
    ['AJP_REMOTE_PORT', { attributes: [['AJP_REMOTE_PORT', '51000']] }, { REMOTE_PORT: '51000' }],
    ['AJP_LOCAL_ADDR', { attributes: [['AJP_LOCAL_ADDR', '10.0.0.1']] }, { SERVER_ADDR: '10.0.0.1' }],
    ['AJP_SSL_PROTOCOL', { attributes: [['AJP_SSL_PROTOCOL', 'TLSv1.3']] }, { SSL_PROTOCOL: 'TLSv1.3' }],
    ['JK_LB_ACTIVATION', { attributes: [['JK_LB_ACTIVATION', 'ACT']] }, { JK_LB_ACTIVATION: 'ACT' }],
    ['a request attribute', { attributes: [['SSL_CLIENT_S_DN', 'CN=a']] }, { SSL_CLIENT_S_DN: 'CN=a' }],
    ['content-type', { headers: [['content-type', 'text/x']] }, { CONTENT_TYPE: 'text/x' }],
    ['content-length', { headers: [['content-length', '5']] }, { CONTENT_LENGTH: '5' }],
    ['a coded header', { headers: [['user-agent', 'u']] }, { HTTP_USER_AGENT: 'u' }],
    ['a spelled header', { headers: [['X-Colour-2', 'red']] }, { HTTP_X_COLOUR_2: 'red' }],
    ['a header in latin-1', { headers: [['x-name', 'Ren\xe9e']] }, { HTTP_X_NAME: 'Ren\xe9e' }],
    ['an empty header', { headers: [['accept', '']] }, { HTTP_ACCEPT: '' }],
  ])('say it of %s', (_name, init, expected) => {
    expect(variablesOf({ ...plain, ...init })).toEqual({ ...PLAIN, ...expected });
  });

  it('have repeated headers joined, cookies by semicolons', () => {
    const headers = [
      ['Cookie', 'a=1'],
      ['X-Twice', 'one'],
      ['cookie', 'b=2'],
      ['x-twice', 'two'],
    ] as const;
    expect(variablesOf({ ...plain, headers })).toEqual({
      ...PLAIN,
      HTTP_COOKIE: 'a=1; b=2',
      HTTP_X_TWICE: 'one, two',
    });
  });

  it('do not take a header for another that is spelled with underscores or dots', () => {
    const headers = [
      ['X_Forwarded_For', 'evil'],
      ['x.forwarded.for', 'evil'],
      ['X-Forwarded_For', 'evil'],
      ['Content_Length', '5'],
    ] as const;
    expect(variablesOf({ ...plain, headers })).toEqual(PLAIN);
  });

  it.each([
    'REMOTE_USER',
    'AUTH_TYPE',
    'REMOTE_ADDR',
    'REMOTE_PORT',
    'SERVER_ADDR',
    'SERVER_NAME',
    'HTTPS',
    'SSL_PROTOCOL',
    'SSL_CLIENT_CERT',
    'SCRIPT_NAME',
    'PATH_INFO',
    'REQUEST_METHOD',
    'QUERY_STRING',
    'CONTENT_LENGTH',
    'HTTP_X_FORWARDED_FOR',
    'HTTP_',
    'wsgi.input',
    'sluice.body',
    'javax.servlet.include.path_info',
    'lower',
    '1UP',
    'A B',
  ])('cannot be reached by an attribute named %s', (name) => {
    expect(variablesOf({ ...plain, attributes: [[name, 'evil']] })).toEqual(PLAIN);
  });

  it('leave out an attribute without a value', () => {
    const attributes = [
      ['AJP_REMOTE_PORT', null],
      ['EMPTY', ''],
    ] as const;
    expect(variablesOf({ ...plain, attributes })).toEqual(PLAIN);
  });
});

describe('REQUEST_URI', () => {
  it.each([
    ['/a%2Fb', '/a%2Fb'],
    ['/a b', '/a%20b'],
    ['/a?b#c', '/a%3Fb%23c'],
    ['/caf\xe9', '/caf%E9'],
    ['http://h/p', 'http://h/p'],
  ])('encodes what cannot stand in the path %j', (uri, expected) => {
    expect(variablesOf({ uri, queryString: 'q' })).toMatchObject({ REQUEST_URI: `${expected}?q` });
  });

  it.each([
    ['/%41', '/%2541'],
    ['/100% sure', '/100%25%20sure'],
  ])('encodes percent signs where the web server has decoded the path %j', (uri, expected) => {
    expect(variablesOf({ uri }, true)).toMatchObject({ REQUEST_URI: expected });
  });
});

describe('the attribute WSGI_SCRIPT_NAME', () => {
  it.each([
    ['/app', '/app'],
    ['/app/', '/app'],
    ['/', null],
    ['', null],
    ['app', null],
    [null, null],
  ])('with the value %j mounts the application at %j', (value, mount) => {
    const packet = encodeForwardRequest({
      method: 'GET',
      uri: '/',
      attributes: [['WSGI_SCRIPT_NAME', value]],
    });
    const head = decodeForwardRequest(packet.subarray(PACKET_HEADER_BYTES));
    expect(mountAttribute(ajpVariables(head, false))).toBe(mount);
  });
});
