import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isSecure, requestHeaders, requestTarget } from '../../src/backends/upstreams/request-target.ts';
import { Variables } from '../../src/exchange/variables.ts';

function targetOf(variables: Readonly<Record<string, string>>): unknown {
  return requestTarget(Variables.from(Object.entries(variables)));
}

describe('the target of a request', () => {
  it.each([
    ['/a%20b?x=1', '/a%20b', 'x=1'],
    ['/a?', '/a', ''],
    ['/a', '/a', null],
    ['/a?b?c', '/a', 'b?c'],
    ['http://example.org/a?x', '/a', 'x'],
    ['/caf\xe9 b', '/caf%E9%20b', null],
    ['/a\r\nX: y', '/a%0D%0AX:%20y', null],
    ['/a#b', '/a', null],
    ['//a//b', '//a//b', null],
    ['*', '*', null],
  ])('is for %j what the client sent, with nothing that could end it', (uri, path, query) => {
    expect(targetOf({ REQUEST_URI: uri, PATH_INFO: '/other' })).toEqual({ path, query });
  });

  it.each([
    [{ SCRIPT_NAME: '/app', PATH_INFO: '/a b%?#', QUERY_STRING: 'x=1' }, '/app/a%20b%25%3F%23', 'x=1'],
    [{ PATH_INFO: '/a' }, '/a', null],
    [{}, '/', null],
    [{ REQUEST_URI: 'example.org:443', PATH_INFO: '/a' }, '/a', null],
  ])('is made from the path if there is no other: %j', (variables, path, query) => {
    expect(targetOf(variables as Readonly<Record<string, string>>)).toEqual({ path, query });
  });

  it('never holds a byte that could end it, whatever the variables say', () => {
    const latin1 = fc.string({
      unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
    });
    fc.assert(
      fc.property(latin1, latin1, latin1, (uri, path, query) => {
        const target = requestTarget(
          Variables.from([
            ['REQUEST_URI', uri],
            ['PATH_INFO', path],
            ['QUERY_STRING', query],
          ]),
        );
        return (
          /^(?:\/[!-~]*|\*)$/.test(target.path) &&
          /^[!-~]*$/.test(target.query ?? '') &&
          !target.path.includes('?')
        );
      }),
    );
  });
});

describe('the headers of a request', () => {
  it('are the variables for them, without those of one connection', () => {
    const variables = Variables.from(
      Object.entries({
        HTTP_HOST: 'a',
        HTTP_X_FORWARDED_FOR: 'b',
        CONTENT_TYPE: 'text/plain',
        CONTENT_LENGTH: '5',
        HTTP_CONNECTION: 'close',
        HTTP_TRANSFER_ENCODING: 'chunked',
        HTTP_CONTENT_LENGTH: '7',
        HTTP_UPGRADE: 'x',
        HTTP_PROXY: 'http://evil',
        HTTP_EXPECT: '100-continue',
        HTTP_: 'nameless',
        REMOTE_USER: 'ada',
      }),
    );
    expect(requestHeaders(variables)).toEqual([
      ['host', 'a'],
      ['x-forwarded-for', 'b'],
      ['content-type', 'text/plain'],
    ]);
  });

  it.each([
    [{ HTTPS: 'on' }, true],
    [{ HTTPS: '1' }, true],
    [{ HTTPS: 'off' }, false],
    [{ REQUEST_SCHEME: 'https' }, true],
    [{}, false],
  ])('came by TLS: %j', (variables, expected) => {
    expect(isSecure(Variables.from(Object.entries(variables as Record<string, string>)))).toBe(expected);
  });
});
