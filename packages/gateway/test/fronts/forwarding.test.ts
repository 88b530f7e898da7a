// Who is believed when a request says where it comes from.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { knownForwarding } from '../../src/config/forwarding-headers.ts';
import { applyForwarding, type Forwarded, type Forwarding } from '../../src/fronts/forwarding.ts';
import { createTrustList } from '../../src/listen/allow-list.ts';

const PROXY = '10.0.0.1';
const isTrusted = createTrustList(['10.0.0.0/8', 'fd00::/8', 'unix']);
const variableOf = (header: string): string => `HTTP_${header.toUpperCase().replaceAll('-', '_')}`;

/** What becomes of a request with these headers. */
function forwarded(
  headers: Readonly<Record<string, string>>,
  { peer = PROXY, believed = knownForwarding }: { peer?: string; believed?: readonly string[] } = {},
): Forwarded & { readonly variables: Record<string, string> } {
  const variables = new Map([
    ['REMOTE_ADDR', peer],
    ['REMOTE_PORT', '1'],
    ['REQUEST_SCHEME', 'http'],
    ['REQUEST_URI', '/a?b'],
    ['SERVER_NAME', 'inner'],
    ['SERVER_PORT', '8000'],
    ['HTTP_HOST', 'inner:8000'],
    ...Object.entries(headers).map(([name, value]) => [variableOf(name), value] as const),
  ]);
  const forwarding: Forwarding = { isTrusted, believed };
  const result = applyForwarding(variables, peer, forwarding);
  return { ...result, variables: Object.fromEntries(variables) };
}

describe('headers of somebody who is not trusted', () => {
  const headers = Object.fromEntries(knownForwarding.map((name) => [name, 'evil']));

  it('are all taken out, and change nothing', () => {
    const { problem, removed, variables } = forwarded(headers, { peer: '192.0.2.9' });
    expect([problem, removed.toSorted()]).toEqual([null, knownForwarding.toSorted()]);
    expect(variables).toMatchObject({
      REMOTE_ADDR: '192.0.2.9',
      REQUEST_SCHEME: 'http',
      HTTP_HOST: 'inner:8000',
    });
    expect(Object.values(variables)).not.toContain('evil');
  });

  it('are taken out of a trusted one where it does not set them itself', () => {
    const { removed, variables } = forwarded(
      { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-host': 'evil', 'x-real-ip': 'evil' },
      { believed: ['x-forwarded-for'] },
    );
    expect(removed.toSorted()).toEqual(['x-forwarded-host', 'x-real-ip']);
    expect(variables).toMatchObject({ REMOTE_ADDR: '192.0.2.1', HTTP_X_FORWARDED_FOR: '192.0.2.1' });
  });
});

describe('the client', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1', ''],
    ['192.0.2.1:4711', '192.0.2.1', '4711'],
    ['2001:db8::1', '2001:db8::1', ''],
    ['[2001:db8::1]:4711', '2001:db8::1', '4711'],
    ['evil, 192.0.2.1', '192.0.2.1', ''],
    ['1.1.1.1, 192.0.2.1', '192.0.2.1', ''],
    ['1.1.1.1, 192.0.2.1, 10.1.1.1, fd00::1', '192.0.2.1', ''],
    ['10.2.2.2, 10.3.3.3', '10.2.2.2', ''],
    ['192.0.2.1,10.3.3.3', '192.0.2.1', ''],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1', ''],
  ])('of "%s" is the last that is not trusted', (header, address, port) => {
    const { variables } = forwarded({ 'x-forwarded-for': header }, { believed: ['x-forwarded-for'] });
    expect(variables).toMatchObject({ REMOTE_ADDR: address, REMOTE_PORT: port });
  });

  it.each([
    'unknown',
    '_hidden',
    '',
    '192.0.2',
    '192.0.2.1:x',
    'fe80::1%eth0',
    '1.1.1.1, unknown',
    '<script>',
  ])('of "%s" cannot be told: the proxy stays', (header) => {
    const { problem, variables } = forwarded(
      { 'x-forwarded-for': header },
      { believed: ['x-forwarded-for'] },
    );
    expect(problem).toBe(null);
    expect(variables).toMatchObject({ REMOTE_ADDR: PROXY, REMOTE_PORT: '1' });
  });

  it('comes from X-Real-IP where that is believed', () => {
    const { variables } = forwarded({ 'x-real-ip': '192.0.2.1' }, { believed: ['x-real-ip'] });
    expect(variables['REMOTE_ADDR']).toBe('192.0.2.1');
  });

  it('is told by whoever connects to a Unix socket, where that is trusted', () => {
    const { variables } = forwarded({ 'x-forwarded-for': '192.0.2.1' }, { peer: '' });
    expect(variables['REMOTE_ADDR']).toBe('192.0.2.1');
  });

  it('is never one that stands before an address that is not trusted', () => {
    const address = fc.ipV4();
    fc.assert(
      fc.property(
        fc.array(address),
        address,
        fc.array(fc.constantFrom('10.0.0.2', '10.9.9.9')),
        (before, last, proxies) => {
          fc.pre(!isTrusted(last));
          const header = [...before, last, ...proxies].join(', ');
          const { variables } = forwarded({ 'x-forwarded-for': header }, { believed: ['x-forwarded-for'] });
          expect(variables['REMOTE_ADDR']).toBe(last);
        },
      ),
    );
  });
});

describe('the scheme and the host', () => {
  it.each([
    [{ 'x-forwarded-proto': 'https' }, { HTTPS: 'on', REQUEST_SCHEME: 'https', SERVER_PORT: '8000' }],
    [{ 'x-forwarded-proto': 'http, HTTPS' }, { HTTPS: 'on', REQUEST_SCHEME: 'https' }],
    [
      { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'site.example' },
      { HTTP_HOST: 'site.example', SERVER_NAME: 'site.example', SERVER_PORT: '443' },
    ],
    [
      { 'x-forwarded-host': 'evil.example, site.example:81' },
      { HTTP_HOST: 'site.example:81', SERVER_NAME: 'site.example', SERVER_PORT: '81' },
    ],
    [{ 'x-forwarded-host': '[::1]:81' }, { HTTP_HOST: '[::1]:81', SERVER_NAME: '[::1]', SERVER_PORT: '81' }],
    [{ 'x-forwarded-port': '8443', 'x-forwarded-host': 'site.example' }, { SERVER_PORT: '8443' }],
  ])('are taken from %j', (headers, expected) => {
    const believed = ['x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port'];
    expect(forwarded(headers, { believed })).toMatchObject({ problem: null, variables: expected });
  });

  it('are those of an encrypted connection no longer when the client came without', () => {
    const variables = new Map([
      ['HTTPS', 'on'],
      ['REQUEST_SCHEME', 'https'],
      ['HTTP_X_FORWARDED_PROTO', 'http'],
    ]);
    applyForwarding(variables, PROXY, { isTrusted, believed: ['x-forwarded-proto'] });
    expect([variables.get('HTTPS'), variables.get('REQUEST_SCHEME')]).toEqual([undefined, 'http']);
  });

  it.each([
    { 'x-forwarded-proto': 'ftp' },
    { 'x-forwarded-proto': 'https\t' + 'x' },
    { 'x-forwarded-host': 'a/b' },
    { 'x-forwarded-host': 'user@site.example' },
    { 'x-forwarded-port': 'x' },
    { 'x-forwarded-prefix': 'app' },
    { 'x-forwarded-prefix': '/a/../b' },
    { 'x-forwarded-prefix': '//evil.example' },
    { 'x-forwarded-prefix': '/a?b' },
    { 'x-forwarded-prefix': '/a%2f' },
    { forwarded: 'for=' },
  ])('and the rest are refused where they make no sense: %j', (headers) => {
    expect(forwarded(headers).problem).toMatch(/forwarded/i);
  });
});

describe('the header Forwarded', () => {
  const believed = ['forwarded'];

  it('says everything at once', () => {
    const header =
      'for=1.1.1.1;host=evil, for="[2001:db8::1]:4711";proto=https;host=site.example, for=10.0.0.2;proto=http';
    expect(forwarded({ forwarded: header }, { believed }).variables).toMatchObject({
      REMOTE_ADDR: '2001:db8::1',
      REMOTE_PORT: '4711',
      HTTPS: 'on',
      HTTP_HOST: 'site.example',
      SERVER_PORT: '443',
    });
  });

  it('may leave the client out', () => {
    expect(forwarded({ forwarded: 'proto=https' }, { believed }).variables).toMatchObject({
      REMOTE_ADDR: PROXY,
      HTTPS: 'on',
    });
  });
});

describe('a prefix', () => {
  it.each([
    ['/app', '/app/a?b'],
    ['/app/', '/app/a?b'],
    ['/a/b', '/a/b/a?b'],
    ['/', '/a?b'],
  ])('%s that the proxy has cut off is put back', (prefix, uri) => {
    const { variables } = forwarded({ 'x-forwarded-prefix': prefix }, { believed: ['x-forwarded-prefix'] });
    expect(variables['REQUEST_URI']).toBe(uri);
  });
});
