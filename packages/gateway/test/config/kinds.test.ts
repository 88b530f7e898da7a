import { describe, expect, it } from '@jest/globals';
import { en } from 'zod/locales';
import { config } from 'zod/mini';
import fc from 'fast-check';
import { networkList } from '../../src/config/kinds/access.ts';
import {
  formatListenAddress,
  isLoopbackHost,
  listenAddress,
  parseListenAddress,
} from '../../src/config/kinds/address.ts';
import { environmentTable } from '../../src/config/kinds/environment.ts';
import type { ValueKind } from '../../src/config/kinds/kind.ts';
import { processRange } from '../../src/config/kinds/process-range.ts';
import { duration, size } from '../../src/config/kinds/quantity.ts';
import { choice, fileMode, integer, text, toggle } from '../../src/config/kinds/scalar.ts';
import { remoteDirectory, routeTarget, serverList, variableTable } from '../../src/config/kinds/upstream.ts';
import { mountPath, pathPrefix } from '../../src/config/kinds/url-path.ts';

const anyDuration = duration('1ms', '24h');
const anySize = size('0B', '1TiB');

const accepted: readonly [name: string, kind: ValueKind<unknown>, raw: unknown, value: unknown][] = [
  ['duration', anyDuration, '250ms', 250],
  ['duration', anyDuration, '5s', 5000],
  ['duration', anyDuration, '1.5s', 1500],
  ['duration', anyDuration, '10m', 600_000],
  ['duration', anyDuration, '1h', 3_600_000],
  ['size', anySize, '0B', 0],
  ['size', anySize, '128KiB', 131_072],
  ['size', anySize, '10MB', 10_000_000],
  ['size', anySize, '1 GiB', 1_073_741_824],
  ['size', anySize, '1.5KiB', 1536],
  ['mode', fileMode, '0660', 0o660],
  ['mode', fileMode, '600', 0o600],
  ['mount', mountPath, '/app', '/app'],
  ['mount', mountPath, '/app/', '/app'],
  ['mount', mountPath, '/', ''],
  ['prefix', pathPrefix, '/reports/', '/reports/'],
  ['prefix', pathPrefix, '/a..b', '/a..b'],
  ['target', routeTarget, 'pool:reports', { kind: 'pool', name: 'reports' }],
  ['target', routeTarget, 'upstream:php', { kind: 'upstream', name: 'php' }],
  [
    'target',
    routeTarget,
    'fastcgi://unix:/run/app.sock',
    { kind: 'server', protocol: 'fastcgi', address: { kind: 'unix', path: '/run/app.sock' } },
  ],
  [
    'target',
    routeTarget,
    'fastcgi://[::1]:8009',
    { kind: 'server', protocol: 'fastcgi', address: { kind: 'tcp', host: '::1', port: 8009 } },
  ],
  [
    'servers',
    serverList,
    ['app.internal:9000', { address: 'srv:_fcgi._tcp.example.com', weight: 3 }, { address: '9001' }],
    [
      { address: { kind: 'tcp', host: 'app.internal', port: 9000 }, weight: 1 },
      { address: { kind: 'srv', name: '_fcgi._tcp.example.com' }, weight: 3 },
      { address: { kind: 'tcp', host: '127.0.0.1', port: 9001 }, weight: 1 },
    ],
  ],
  ['variables', variableTable, { A: '{path}' }, { A: '{path}' }],
  ['remote directory', remoteDirectory, '/srv/php/', '/srv/php'],
  ['networks', networkList, ['10.0.0.0/8', '::1'], ['10.0.0.0/8', '::1']],
  ['integer', integer(1, 8), 8, 8],
  ['choice', choice(['a', 'b']), 'b', 'b'],
  ['text', text('x', 'a text', []), 'ü', 'ü'],
  ['environment', environmentTable, { A: '' }, { A: '' }],
];

const refused: readonly [name: string, kind: ValueKind<unknown>, raw: unknown, reason: string][] = [
  ['duration', anyDuration, '5', 'unit is missing'],
  ['duration', anyDuration, 5, 'expected string'],
  ['duration', anyDuration, '5 minutes', 'unit is not one of'],
  ['duration', anyDuration, '-5s', 'not a number'],
  ['duration', anyDuration, '0ms', 'less than 1ms'],
  ['duration', anyDuration, '25h', 'more than 24h'],
  ['duration', anyDuration, '0.3ms', 'whole number'],
  ['size', anySize, '128', 'unit is missing'],
  ['size', anySize, '1kb', 'unit is not one of'],
  ['size', anySize, '2TiB', 'more than 1TiB'],
  ['mode', fileMode, '888', 'octal'],
  ['mode', fileMode, 660, 'expected string'],
  ['mode', fileMode, '4755', 'octal'],
  ['mount', mountPath, 'app', 'begin with'],
  ['mount', mountPath, '/a/../b', '".."'],
  ['mount', mountPath, '/a?b', '"?"'],
  ['prefix', pathPrefix, '/a//b', '"//"'],
  ['prefix', pathPrefix, '/a\nb', 'control'],
  ['target', routeTarget, 'reports', 'pool:'],
  ['target', routeTarget, 'pool:', 'pool:'],
  ['target', routeTarget, 'gopher://127.0.0.1:70', 'protocol is not one of'],
  ['target', routeTarget, 'fastcgi:/run/app.sock', 'begins with none'],
  ['target', routeTarget, 'fastcgi://127.0.0.1', 'port is missing'],
  ['target', routeTarget, 'fastcgi://127.0.0.1:0', 'port 0'],
  ['servers', serverList, [], '>=1'],
  ['servers', serverList, ['http://127.0.0.1:80'], 'leave out the scheme'],
  ['servers', serverList, ['srv:x'], 'name of a service'],
  ['servers', serverList, [{ address: '9000', weight: 0 }], '>=1'],
  ['variables', variableTable, { 'A B': '' }, 'name of a variable'],
  ['variables', variableTable, { A: '\u20ac' }, 'latin-1'],
  ['remote directory', remoteDirectory, 'srv', 'begin'],
  ['networks', networkList, [], '>=1'],
  ['networks', networkList, ['10.0.0.0/33'], '0 to 32'],
  ['networks', networkList, ['example.org'], 'not an IP'],
  ['networks', networkList, ['::1/64/1'], 'not an IP'],
  ['integer', integer(1, 8), 9, '<=8'],
  ['integer', integer(1, 8), 1.5, 'int'],
  ['choice', choice(['a', 'b']), 'c', '"a"|"b"'],
  ['text', text('x', 'a text', []), '', 'empty'],
  ['text', text('x', 'a text', []), 'a\0', 'NUL'],
  ['environment', environmentTable, { 'A B': '' }, 'key'],
  ['environment', environmentTable, { A: 1 }, 'expected string'],
  ['environment', environmentTable, { A: '\0' }, 'NUL'],
];

// What zod says in its own words is told apart here only.
config(en());

describe('kinds of values', () => {
  it.each(accepted)('%s: reads %#', (_name, kind, raw, value) => {
    expect(kind.schema.parse(raw)).toEqual(value);
  });

  it.each(refused)('%s: refuses %#', (_name, kind, raw, reason) => {
    const result = kind.schema.safeParse(raw);
    expect(result.success).toBe(false);
    expect(result.error?.message).toContain(reason.replaceAll('"', '\\"'));
  });

  it('reads words of the command line as the TOML value they stand for', () => {
    expect(integer(1, 8).fromWords(['3'])).toBe(3);
    expect(integer(1, 8).fromWords(['three'])).toBe('three');
    expect(toggle.fromWords(['Yes'])).toBe(true);
    expect(toggle.fromWords(['off'])).toBe(false);
    expect(toggle.fromWords(['maybe'])).toBe('maybe');
    expect(anyDuration.fromWords(['1s', '2s'])).toBe('2s');
    expect(networkList.fromWords(['::1', '10.0.0.0/8'])).toEqual(['::1', '10.0.0.0/8']);
    expect(environmentTable.fromWords(['A=1=2', 'B'])).toEqual({ A: '1=2', B: null });
  });
});

const addresses: readonly [string, unknown][] = [
  ['unix:/run/a.sock', { kind: 'unix', path: '/run/a.sock' }],
  ['unix:a.sock', { kind: 'unix', path: 'a.sock' }],
  ['/run/a.sock', { kind: 'unix', path: '/run/a.sock' }],
  ['./a.sock', { kind: 'unix', path: './a.sock' }],
  ['127.0.0.1:9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }],
  ['0.0.0.0:0', { kind: 'tcp', host: '0.0.0.0', port: 0 }],
  ['[::1]:9000', { kind: 'tcp', host: '::1', port: 9000 }],
  ['example.org:80', { kind: 'tcp', host: 'example.org', port: 80 }],
  ['localhost:9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }],
  [':9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }],
  ['9000', { kind: 'tcp', host: '127.0.0.1', port: 9000 }],
  ['fd:0', { kind: 'descriptor', fd: 0 }],
  ['fd:3', { kind: 'descriptor', fd: 3 }],
  ['systemd', { kind: 'systemd', name: null }],
  ['systemd:web', { kind: 'systemd', name: 'web' }],
];

const noAddresses: readonly [string, string][] = [
  ['', 'none of the known forms'],
  ['unix:', 'does not name a file'],
  ['unix:/run/', 'does not name a file'],
  ['/run/a\0b', 'NUL'],
  ['fd:1', 'output'],
  ['fd:x', 'number of a descriptor'],
  ['systemd:', 'name of a socket'],
  ['http://127.0.0.1:80', 'leave out the scheme'],
  ['127.0.0.1', 'port is missing'],
  ['127.0.0.1:65536', 'more than 65535'],
  ['127.0.0.256:80', 'neither an IP address nor a host name'],
  ['[127.0.0.1]:80', 'IPv6'],
  ['*:80', '0.0.0.0:80'],
  ['::1', 'port is missing'],
  ['::x:80', 'none of the known forms'],
  ['a b:80', 'neither'],
];

describe('addresses of listeners', () => {
  it.each(addresses)('reads %s', (text_, value) => {
    expect(listenAddress.schema.parse(text_)).toEqual(value);
  });

  it.each(noAddresses)('refuses %j', (text_, reason) => {
    expect(parseListenAddress(text_)).toEqual({ reason: expect.stringContaining(reason) });
  });

  it('never throws, and what it reads is written so that it reads the same', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom(...addresses.map(([each]) => each)), fc.ipV6()),
        (input) => {
          const parsed = parseListenAddress(input);
          if ('value' in parsed)
            expect(parseListenAddress(formatListenAddress(parsed.value))).toEqual(parsed);
        },
      ),
    );
  });

  it('knows which hosts only this machine can reach', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost'])
      expect(isLoopbackHost(host)).toBe(true);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'example.org', '128.0.0.1']) {
      expect(isLoopbackHost(host)).toBe(false);
    }
  });
});

describe('a number of processes', () => {
  it('is one, or two that differ', () => {
    const both = (min: number, max: number): object => ({ success: true, data: { min, max } });
    expect(processRange.schema.safeParse(4)).toEqual(both(4, 4));
    expect(processRange.schema.safeParse({ min: 2, max: 8 })).toEqual(both(2, 8));
    for (const wrong of [0, 1.5, '4', { min: 3, max: 2 }, { min: 1 }, { min: 1, max: 2, step: 1 }]) {
      expect(processRange.schema.safeParse(wrong).success).toBe(false);
    }
  });

  it('is written 4 or 2-8 on the command line', () => {
    expect(processRange.fromWords(['4'])).toBe(4);
    expect(processRange.fromWords(['2-8'])).toEqual({ min: 2, max: 8 });
    expect(processRange.fromWords(['2-'])).toBe('2-');
  });
});
