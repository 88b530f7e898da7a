// [upstream.NAME], and routes that lead there.
import { describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultUpstream } from '../../src/config/index.ts';
import { load, problemsOf } from './support.ts';

const php = `[upstream.php]
protocol = "fastcgi"
servers = ["unix:run/fpm.sock", { address = "app.internal:9000", weight = 2 }]
`;
const route = `[[route]]
path = "/"
to = "upstream:php"
`;

describe('an upstream', () => {
  it('needs a protocol and servers, and has a default for everything else', () => {
    const { config, fileDirectory } = load({ toml: php + route });
    expect(config.upstreams['php']).toEqual({
      ...defaultUpstream('fastcgi', { kind: 'tcp', host: 'x', port: 1 }),
      servers: [
        { address: { kind: 'unix', path: join(fileDirectory, 'run/fpm.sock') }, weight: 1 },
        { address: { kind: 'tcp', host: 'app.internal', port: 9000 }, weight: 2 },
      ],
    });
    expect(problemsOf({ toml: `[upstream.php]\n${route}` })).toEqual([
      expect.stringMatching(/upstream\.php\.protocol: missing; give one of/),
      expect.stringMatching(/upstream\.php\.servers: missing; give a list of addresses/),
    ]);
  });

  it('takes every setting', () => {
    const toml = `${php}connect_timeout = "1s"
read_timeout = "2s"
request_timeout = "3s"
keep_alive = 4
keep_alive_timeout = "5s"
max_connections = 6
queue = { length = 7, timeout = "8s" }
fail_after = 9
fail_timeout = "10s"
slow_start = "11s"
resolve = "12s"
health = { path = "/ping", interval = "13s", timeout = "14s", fall = 15, rise = 16 }
params = { SCRIPT_FILENAME = "/srv{path}" }
document_root = "/srv/php/"
index = "app.php"
stop_timeout = "17s"
${route}`;
    expect(load({ toml }).config.upstreams['php']).toMatchObject({
      connectTimeoutMs: 1000,
      readTimeoutMs: 2000,
      requestTimeoutMs: 3000,
      keepAliveCount: 4,
      keepAliveTimeoutMs: 5000,
      maxConnections: 6,
      queueLength: 7,
      queueTimeoutMs: 8000,
      failAfter: 9,
      failTimeoutMs: 10_000,
      slowStartMs: 11_000,
      resolveMs: 12_000,
      healthPath: '/ping',
      healthIntervalMs: 13_000,
      healthTimeoutMs: 14_000,
      healthFall: 15,
      healthRise: 16,
      params: { SCRIPT_FILENAME: '/srv{path}' },
      documentRoot: '/srv/php',
      index: 'app.php',
      stopTimeoutMs: 17_000,
    });
  });

  it('of AJP may have a secret, which is read from a file that is not for everybody', () => {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-secret-'));
    const path = join(directory, 'secret');
    writeFileSync(path, 'open sesame\n');
    const toml = `[upstream.php]
protocol = "ajp"
servers = ["8009"]
packet_size = "64KiB"
secret_file = "${path}"
${route}`;
    chmodSync(path, 0o644);
    expect(problemsOf({ toml })).toEqual([
      expect.stringMatching(/sluice\.toml:5: upstream\.php\.secret_file: .*everybody on this machine/),
    ]);
    chmodSync(path, 0o600);
    expect(load({ toml }).config.upstreams['php']).toMatchObject({ secretFile: path, packetBytes: 65_536 });
    const fastcgi = toml.replace('ajp', 'fastcgi');
    expect(problemsOf({ toml: fastcgi })).toEqual([
      expect.stringMatching(/secret_file: only an upstream of AJP has one$/),
      expect.stringMatching(/packet_size: only an upstream of AJP has one$/),
    ]);
    rmSync(directory, { recursive: true });
  });

  it('has a name like that of a pool', () => {
    expect(
      problemsOf({ toml: `${php.replace('upstream.php', 'upstream."a b"')}[app]\ntarget = "a"\n` }),
    ).toEqual([expect.stringMatching(/upstream\."?a b"?.*: the name of an upstream is up to 64 letters/)]);
    expect(problemsOf({ toml: 'upstream = 5\n[app]\ntarget = "a"\n' })).toEqual([
      expect.stringMatching(/upstream: 5 is not a table; write \[upstream\.NAME\]$/),
    ]);
  });
});

describe('a route', () => {
  it('leads to a pool, to an upstream, or to a server as it is written', () => {
    const toml = `${php}${route}[[route]]
path = "/one/"
to = "fastcgi://unix:one.sock"
[[route]]
path = "/two/"
to = "ajp://[::1]:8009"
`;
    const { config, fileDirectory } = load({ toml });
    expect(config.routes.map(({ to }) => to)).toEqual([
      { kind: 'upstream', name: 'php' },
      {
        kind: 'server',
        protocol: 'fastcgi',
        address: { kind: 'unix', path: join(fileDirectory, 'one.sock') },
      },
      { kind: 'server', protocol: 'ajp', address: { kind: 'tcp', host: '::1', port: 8009 } },
    ]);
  });

  it('leads to nothing that is not there', () => {
    expect(problemsOf({ toml: php + route.replace('php', 'phq') })).toEqual([
      expect.stringMatching(
        /route\[0\]\.to: there is no upstream "phq"; did you mean "php"\?; add \[upstream\.phq\]$/,
      ),
    ]);
  });
});

describe('an application', () => {
  it('is needed unless every route leads elsewhere', () => {
    expect(load({ toml: php + route }).config.app.target).toBe('');
    const missing = [expect.stringMatching(/app\.target: missing; give module:callable/)];
    expect(problemsOf({ toml: php })).toEqual(missing);
    expect(problemsOf({ toml: `${php}${route}[[route]]\npath = "/x/"\nto = "pool:default"\n` })).toEqual(
      missing,
    );
    expect(problemsOf({})).toEqual([expect.stringMatching(/^app\.target: missing/)]);
  });
});
