// The head of an HTTP request as it goes to an upstream server.
import { describe, expect, it } from '@jest/globals';
import { httpHead, type HttpForwarding } from '../../src/backends/upstreams/http-request.ts';
import { knownForwarding } from '../../src/config/forwarding-headers.ts';
import { NO_BODY } from '../../src/exchange/body.ts';
import { Variables } from '../../src/exchange/variables.ts';

const GET = {
  REQUEST_METHOD: 'GET',
  REQUEST_URI: '/a%20b?c=d',
  HTTP_HOST: 'example.com',
  REMOTE_ADDR: '10.0.0.9',
};

describe('the head of a request', () => {
  const headOf = (
    variables: Readonly<Record<string, string>>,
    mode: HttpForwarding['mode'] = 'replace',
  ): ReturnType<typeof httpHead> => {
    const method = variables['REQUEST_METHOD'] ?? 'GET';
    const request = { method, variables: Variables.from(Object.entries(variables)), body: NO_BODY };
    return httpHead(request, { mode, headers: knownForwarding });
  };
  const forged = {
    ...GET,
    HTTP_X_FORWARDED_FOR: '1.2.3.4',
    HTTP_X_FORWARDED_PROTO: 'https',
    HTTP_FORWARDED: 'for=1.2.3.4',
    HTTP_X_REAL_IP: '1.2.3.4',
  };

  it('tells only what is known of the client', () => {
    expect(headOf(forged).headers).toEqual([
      ['host', 'example.com'],
      ['x-forwarded-for', '10.0.0.9'],
      ['x-forwarded-proto', 'http'],
      ['x-forwarded-host', 'example.com'],
    ]);
  });

  it('continues the list that came, if that is wanted', () => {
    expect(Object.fromEntries(headOf({ ...forged, HTTPS: 'on' }, 'append').headers)).toEqual({
      host: 'example.com',
      'x-forwarded-for': '1.2.3.4, 10.0.0.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'example.com',
      forwarded: 'for=1.2.3.4',
      'x-real-ip': '1.2.3.4',
    });
  });

  it('leaves everything as it came, if that is wanted', () => {
    expect(Object.fromEntries(headOf(forged, 'pass').headers)).toEqual({
      host: 'example.com',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      forwarded: 'for=1.2.3.4',
      'x-real-ip': '1.2.3.4',
    });
  });

  it('leaves out what is for the connection of the client, and what its Connection names', () => {
    const variables = {
      ...GET,
      HTTP_CONNECTION: 'close, X-Hop',
      HTTP_X_HOP: '1',
      HTTP_TE: 'trailers',
      HTTP_UPGRADE: 'websocket',
      HTTP_PROXY: 'evil',
      HTTP_EXPECT: '100-continue',
      HTTP_X_END: '2',
    };
    expect(headOf(variables, 'pass').headers).toEqual([
      ['host', 'example.com'],
      ['x-end', '2'],
    ]);
  });

  it('names the server where the client named no host', () => {
    const named = { ...GET, HTTP_HOST: '', SERVER_NAME: 'app', SERVER_PORT: '8080' };
    expect(headOf(named, 'pass').headers).toEqual([['host', 'app:8080']]);
    expect(headOf({ ...named, SERVER_PORT: '80' }, 'pass').headers).toEqual([['host', 'app']]);
  });

  it('is made of the split path where the target is not known', () => {
    const { target } = headOf({ SCRIPT_NAME: '/app', PATH_INFO: '/a b?\r\n\xe9', QUERY_STRING: 'x=1' });
    expect(target).toBe('/app/a%20b%3F%0D%0A%E9?x=1');
  });

  it.each([
    ['CONNECT', '/a'],
    ['OPTIONS', '*'],
  ])('cannot be made of %s %s', (method, uri) => {
    expect(() => headOf({ REQUEST_METHOD: method, REQUEST_URI: uri })).toThrow('cannot be sent on');
  });
});
