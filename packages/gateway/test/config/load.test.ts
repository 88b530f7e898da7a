import { describe, expect, it } from '@jest/globals';
import { formatSource } from '../../src/config/problems.ts';
import { load } from './support.ts';

const app = '[app]\ntarget = "site:app"\n';
const usualListener = {
  secretFile: null,
  allowedAttributes: null,
  packetBytes: null,
  isPathDecoded: false,
  isScriptNameBelieved: false,
  isProxied: false,
  trusted: null,
  forwarded: null,
  tlsCertificateFile: null,
  tlsKeyFile: null,
};
const usualLimits = {
  addressConnectionsCount: null,
  connectionRequestsCount: null,
  headerTimeoutMs: 10_000,
  keepAliveTimeoutMs: 75_000,
  bodyTimeoutMs: 30_000,
  bodyBytesPerSecond: 256,
  sendTimeoutMs: 60_000,
};

describe('loading a configuration', () => {
  it('needs nothing but an application', () => {
    expect(load({ flags: { target: 'site:app' } }).config).toEqual({
      app: {
        target: 'site:app',
        directory: '/current',
        python: null,
        environment: {},
        debug: false,
        user: null,
        group: null,
        umask: null,
        gatewaysCount: 1,
        openFilesLimit: null,
        addressSpaceLimitBytes: null,
        coreLimitBytes: null,
        cpuLimitMs: null,
        processesLimit: null,
        isReloaded: false,
        mustLoad: false,
      },
      listen: [
        {
          protocol: 'http',
          address: { kind: 'tcp', host: '127.0.0.1', port: 8000 },
          mode: null,
          owner: null,
          group: null,
          mount: null,
          backlogCount: 2048,
          allow: null,
          ...usualListener,
        },
      ],
      pools: {
        default: {
          target: null,
          directory: null,
          python: null,
          environment: {},
          processes: { min: 4, max: 4 },
          shrinkAfterMs: 30_000,
          memoryBudgetBytes: null,
          recycleRequests: null,
          recycleAgeMs: null,
          recycleMemoryBytes: null,
          isPreloaded: false,
          threads: 1,
          queueLength: 128,
          queueTimeoutMs: 5000,
          requestTimeoutMs: 60_000,
          firstByteTimeoutMs: null,
          streamIdleTimeoutMs: null,
          stuckAfterMs: 1_000,
          stuckTimeoutMs: null,
          startupTimeoutMs: 60_000,
          stopTimeoutMs: 30_000,
          lookAhead: 8,
          recallAfterMs: 5,
          reserveLanes: null,
          slowAfterMs: 250,
          slowPaths: null,
          quickPaths: null,
        },
      },
      upstreams: {},
      routes: [],
      body: {
        memoryBytes: 1_048_576,
        totalMemoryBytes: 67_108_864,
        maxBytes: 1_073_741_824,
        spoolDirectory: null,
      },
      static: [],
      reply: {
        memoryBytes: 1_048_576,
        totalMemoryBytes: 67_108_864,
        maxBytes: 1_073_741_824,
        areFilesOffloaded: true,
        sendfile: 'strip',
        sendfileDirectories: {},
      },
      limits: { variablesBytes: 262_144, variablesCount: 1024, connectionsCount: 10_000, ...usualLimits },
      log: { level: 'info', format: 'auto', access: false, file: null },
      control: { address: null, pidFile: null, readyDescriptor: null },
    });
  });

  it('reads everything a file can say', () => {
    const { config, fileDirectory } = load({
      toml: `
[app]
target = "mysite.wsgi:application"
gateways = 2
directory = "site"
python = ".venv/bin/python"
environment = { DJANGO_SETTINGS_MODULE = "mysite.settings" }
debug = true
[[listen]]
protocol = "fastcgi"
address = "unix:run/app.sock"
mode = "0660"
group = "www-data"
owner = "33"
mount = "/app/"
[[listen]]
protocol = "fastcgi"
address = "0.0.0.0:9000"
backlog = 10
allow = ["10.0.0.0/8"]
[pool.default]
processes = { min = 2, max = 6 }
shrink_after = "10s"
memory = "2GiB"
recycle = { requests = 1000, age = "12h", memory = "512MiB" }
first_byte_timeout = "20s"
stream_idle_timeout = "1m"
preload = true
threads = 3
queue = { length = 0, timeout = "250ms" }
request_timeout = "10m"
startup_timeout = "1m"
stuck_after = "2s"
stuck_timeout = "200ms"
stop_timeout = "1h"
look_ahead = 0
recall_after = "10ms"
reserve = 2
slow_after = "1s"
slow_paths = ["/export/"]
quick_paths = ["/health"]
[pool.reports]
[[route]]
path = "/reports/"
to = "pool:reports"
streaming = true
request_timeout = "1h"
mount = "/"
[body]
memory = "0B"
max = "10MB"
spool_directory = "/var/spool"
[limits]
variables = "64KiB"
variables_count = 100
connections = 10
[log]
level = "warn"
format = "json"
access = true
`,
    });
    expect(config.app).toEqual({
      target: 'mysite.wsgi:application',
      gatewaysCount: 2,
      directory: `${fileDirectory}/site`,
      python: `${fileDirectory}/site/.venv/bin/python`,
      environment: { DJANGO_SETTINGS_MODULE: 'mysite.settings' },
      debug: true,
      user: null,
      group: null,
      umask: null,
      openFilesLimit: null,
      addressSpaceLimitBytes: null,
      coreLimitBytes: null,
      cpuLimitMs: null,
      processesLimit: null,
      isReloaded: false,
      mustLoad: false,
    });
    expect(config.listen).toEqual([
      {
        protocol: 'fastcgi',
        address: { kind: 'unix', path: `${fileDirectory}/run/app.sock` },
        mode: 0o660,
        owner: '33',
        group: 'www-data',
        mount: '/app',
        backlogCount: 2048,
        allow: null,
        ...usualListener,
      },
      {
        protocol: 'fastcgi',
        address: { kind: 'tcp', host: '0.0.0.0', port: 9000 },
        mode: null,
        owner: null,
        group: null,
        mount: null,
        backlogCount: 10,
        allow: ['10.0.0.0/8'],
        ...usualListener,
      },
    ]);
    expect(config.pools['default']).toEqual({
      target: null,
      directory: null,
      python: null,
      environment: {},
      processes: { min: 2, max: 6 },
      shrinkAfterMs: 10_000,
      memoryBudgetBytes: 2 ** 31,
      isPreloaded: true,
      recycleRequests: 1000,
      recycleAgeMs: 43_200_000,
      recycleMemoryBytes: 2 ** 29,
      firstByteTimeoutMs: 20_000,
      streamIdleTimeoutMs: 60_000,
      threads: 3,
      queueLength: 0,
      queueTimeoutMs: 250,
      requestTimeoutMs: 600_000,
      stuckAfterMs: 2_000,
      stuckTimeoutMs: 200,
      startupTimeoutMs: 60_000,
      stopTimeoutMs: 3_600_000,
      lookAhead: 0,
      recallAfterMs: 10,
      reserveLanes: 2,
      slowAfterMs: 1000,
      slowPaths: ['/export/'],
      quickPaths: ['/health'],
    });
    expect(config.pools['reports']?.processes).toEqual({ min: 4, max: 4 });
    expect(config.routes).toEqual([
      {
        hosts: null,
        path: '/reports/',
        methods: null,
        to: { kind: 'pool', name: 'reports' },
        streaming: true,
        requestTimeoutMs: 3_600_000,
        firstByteTimeoutMs: null,
        streamIdleTimeoutMs: null,
        mount: '',
      },
    ]);
    expect(config.body).toEqual({
      memoryBytes: 0,
      totalMemoryBytes: 67_108_864,
      maxBytes: 10_000_000,
      spoolDirectory: '/var/spool',
    });
    expect(config.limits).toEqual({
      variablesBytes: 65_536,
      variablesCount: 100,
      connectionsCount: 10,
      ...usualLimits,
    });
    expect(config.log).toEqual({ level: 'warn', format: 'json', access: true, file: null });
  });

  it('lets flags win over the environment, that over the file, that over the default', () => {
    const toml = `${app}[pool.default]\nthreads = 2\nprocesses = 2\nlook_ahead = 2\n`;
    const environment = { SLUICE_THREADS: '3', SLUICE_PROCESSES: '3' };
    const flags = { threads: '5' };
    const { config, sourceOf, overridden } = load({ toml, environment, flags });
    expect(config.pools['default']).toMatchObject({
      threads: 5,
      processes: { min: 3, max: 3 },
      lookAhead: 2,
      queueLength: 128,
    });
    const sources = ['threads', 'processes', 'look_ahead'].map((key) => sourceOf(['pool', 'default', key]));
    expect(sources.map(formatSource)).toEqual([
      '--threads',
      'SLUICE_PROCESSES',
      expect.stringMatching(/toml:6$/),
    ]);
    expect([...overridden.keys()]).toEqual(['pool.default.processes', 'pool.default.threads']);
  });

  it('takes an empty environment variable for one that is not set', () => {
    expect(load({ toml: app, environment: { SLUICE_THREADS: '' } }).config.pools['default']?.threads).toBe(1);
  });

  it('replaces the listeners of the file by those of the command line', () => {
    const toml = `${app}[[listen]]\nprotocol = "http"\naddress = "9000"\n`;
    const flags = { fastcgi: ['unix:/run/a', '9001'], http: ['9002'] };
    const { config } = load({ toml, environment: { SLUICE_HTTP: '9003' }, flags });
    expect(config.listen.map(({ protocol, address }) => ({ protocol, address }))).toEqual([
      { protocol: 'http', address: { kind: 'tcp', host: '127.0.0.1', port: 9002 } },
      { protocol: 'fastcgi', address: { kind: 'unix', path: '/run/a' } },
      { protocol: 'fastcgi', address: { kind: 'tcp', host: '127.0.0.1', port: 9001 } },
    ]);
  });

  it('applies a flag of listeners to every listener it fits', () => {
    const flags = { target: 'a', fastcgi: ['unix:/run/a', '9001'], mount: '/app', 'socket-mode': '0660' };
    const { config } = load({ flags });
    expect(config.listen.map(({ mount, mode }) => [mount, mode])).toEqual([
      ['/app', 0o660],
      ['/app', null],
    ]);
  });

  it('lays environment variables of the workers over those of the file', () => {
    const toml = `${app}environment = { A = "file", B = "file" }\n`;
    const { config } = load({ toml, flags: { env: ['A=flag', 'C=x=y'] } });
    expect(config.app.environment).toEqual({ A: 'flag', B: 'file', C: 'x=y' });
  });

  it('begins relative paths of flags at the current directory', () => {
    const flags = {
      directory: 'site',
      python: './python',
      'spool-directory': 'spool',
      http: ['unix:a.sock'],
    };
    const { config } = load({ toml: app, flags });
    expect(config.app).toMatchObject({ directory: '/current/site', python: '/current/python' });
    expect(config.body.spoolDirectory).toBe('/current/spool');
    expect(config.listen[0]?.address).toEqual({ kind: 'unix', path: '/current/a.sock' });
  });

  it('leaves the name of an interpreter to the search in PATH', () => {
    expect(load({ toml: `${app}python = "python3.12"\n` }).config.app.python).toBe('python3.12');
  });

  it('freezes the result all the way down', () => {
    const { config } = load({ toml: app });
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(walk);
    };
    walk(config);
  });
});
