import { describe, expect, it } from '@jest/globals';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningGateway, StartGateway } from '../../src/cli/context.ts';
import { ListenError } from '../../src/listen/index.ts';
import { directoryWith, World } from './support.ts';

// A gateway whose `stop` ends when `finish` is called, or when it is stopped at once.
function fakeGateway(): {
  start: StartGateway;
  started: Promise<Started>;
  finish: () => void;
  calls: string[];
} {
  const calls: string[] = [];
  const finished = withResolvers<void>();
  const started = withResolvers<Started>();
  const gateway: RunningGateway = {
    listeners: [
      { protocol: 'http', address: '127.0.0.1:8000', url: 'http://127.0.0.1:8000/' },
      { protocol: 'fastcgi', address: 'unix:/run/a.sock', url: null },
    ],
    controlPath: null,
    isStarted: true,
    unserved: () => new Map(),
    reload: (reason) => calls.push(`reload: ${reason}`),
    stop: (isPatient) => {
      calls.push(isPatient ? 'drain' : 'stop');
      return finished.promise;
    },
    stopNow: () => {
      calls.push('stopNow');
      finished.resolve();
    },
  };
  const start: StartGateway = (...args) => {
    started.resolve(args);
    return Promise.resolve(gateway);
  };
  return { start, started: started.promise, finish: finished.resolve, calls };
}

type Started = Parameters<StartGateway>;

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

function messages(stderr: string): string[] {
  return stderr
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { message: string }).message);
}

describe('sluice serve', () => {
  it('says what it runs and where, and ends with 0 when a signal has stopped it', async () => {
    const gateway = fakeGateway();
    const directory = directoryWith({});
    const world = new World({ startGateway: gateway.start, directory });
    const running = world.run('serve', 'site:app', '--threads', '2', '--processes', '1');
    const [config, parts] = await gateway.started;
    expect(config.app).toMatchObject({ target: 'site:app', directory });
    expect(parts.python).toMatch(/^\/.*python3$/);
    world.signals.emit('SIGTERM');
    gateway.finish();
    const { code, stderr } = await running;
    expect(code).toBe(0);
    expect(gateway.calls).toEqual(['stop']);
    expect(messages(stderr)).toEqual([
      `application site:app in ${directory}`,
      expect.stringMatching(/^Python 3\.\d+\.\d+, found in PATH$/),
      '1 worker with 2 threads each',
      'listening on http://127.0.0.1:8000/',
      'listening on unix:/run/a.sock',
      'ready',
      expect.stringMatching(/^stopping/),
      'stopped',
    ]);
    expect(world.signals.eventNames()).toEqual([]);
  });

  it('stops at once, and says so by its exit code, when a second signal comes', async () => {
    const gateway = fakeGateway();
    const world = new World({ startGateway: gateway.start });
    const running = world.run('serve', 'site:app');
    await gateway.started;
    world.signals.emit('SIGINT');
    world.signals.emit('SIGINT');
    expect((await running).code).toBe(5);
    expect(gateway.calls).toEqual(['stop', 'stopNow']);
  });

  it.each([
    ['usual', ['stop'], 0],
    ['patient', ['drain'], 0],
    ['now', ['stop', 'stopNow'], 5],
  ] as const)('ends in the %s way when the control socket asks for it', async (pace, calls, code) => {
    const gateway = fakeGateway();
    const world = new World({ startGateway: gateway.start });
    const running = world.run('serve', 'site:app');
    const [, parts] = await gateway.started;
    parts.onStop(pace);
    gateway.finish();
    expect((await running).code).toBe(code);
    expect(gateway.calls).toEqual(calls);
  });

  it.each([
    ['broken', 'Traceback: no\n', /the application could not be loaded\nTraceback: no\n$/],
    ['dead', null, /its worker ended before it was ready\n$/],
  ])('ends with 3 if the application must be loaded and a pool is %s', async (pool, traceback, words) => {
    const gateway = fakeGateway();
    const directory = directoryWith({});
    const world = new World({
      directory,
      startGateway: async (...args) => {
        const running = await gateway.start(...args);
        return { ...running, unserved: () => new Map([[pool, traceback]]) };
      },
    });
    const { code, stderr } = await world.run('serve', 'site:app', '--must-load', '--log-file', 'site.log');
    expect(code).toBe(3);
    expect(gateway.calls).toEqual(['stopNow', 'stop']);
    expect(stderr).toMatch(words);
    const lines = messages(readFileSync(join(directory, 'site.log'), 'utf8'));
    expect(lines.at(-1)).toMatch(`not started; pool ${pool}: `);
    expect(lines).not.toContain('ready');
  });

  it('answers for an application that cannot be loaded unless it must be', async () => {
    const gateway = fakeGateway();
    const world = new World({
      startGateway: async (...args) => {
        const running = await gateway.start(...args);
        return { ...running, unserved: () => new Map([['default', 'Traceback: no']]) };
      },
    });
    const running = world.run('serve', 'site:app');
    await gateway.started;
    world.signals.emit('SIGTERM');
    gateway.finish();
    expect((await running).code).toBe(0);
    expect(messages(world.stderr)).toContain('ready');
  });

  it('appends its log to a file, and says on standard error only why it does not start', async () => {
    const directory = directoryWith({ 'site.log': 'before\n' });
    const message = 'process 1 (init) listens there';
    const startGateway: StartGateway = () =>
      Promise.reject(new ListenError('SLUICE_LISTEN_IN_USE', '127.0.0.1:1', message));
    const world = new World({ directory, startGateway });
    const { code, stderr } = await world.run('serve', 'site:app', '--log-file', 'site.log');
    expect([code, stderr]).toEqual([4, expect.stringMatching(/^sluice: .*init\) listens there\n$/)]);
    const log = readFileSync(join(directory, 'site.log'), 'utf8');
    expect(log).toMatch(/^before\n\{.*application site:app.*\n[^]*SLUICE_LISTEN_IN_USE/);
  });

  it('tells whoever has started it that it is ready, through a descriptor that it closes then', async () => {
    const gateway = fakeGateway();
    const directory = directoryWith({});
    const path = join(directory, 'told');
    const descriptor = openSync(path, 'w');
    const world = new World({ directory, startGateway: gateway.start });
    const running = world.run('serve', 'site:app', '--ready-descriptor', String(descriptor));
    await gateway.started;
    world.signals.emit('SIGTERM');
    gateway.finish();
    expect((await running).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('\n');
    expect(() => closeSync(descriptor)).toThrow('EBADF');
  });

  it('refuses a descriptor that is not open', async () => {
    const { code, stderr } = await new World().run('serve', 'site:app', '--ready-descriptor', '99999');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^sluice: .*ready_descriptor.*EBADF/m)]);
  });

  it('refuses a log file that cannot be written', async () => {
    const world = new World({ directory: directoryWith({}) });
    const { code, stderr } = await world.run('serve', 'site:app', '--log-file', 'missing/site.log');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^sluice: .*log\.file.*cannot be written: .*ENOENT/),
    ]);
  });

  it('loads the code again on SIGHUP, and serves on', async () => {
    const gateway = fakeGateway();
    const world = new World({ startGateway: gateway.start });
    const running = world.run('serve', 'site:app');
    await gateway.started;
    world.signals.emit('SIGHUP');
    world.signals.emit('SIGTERM');
    gateway.finish();
    expect((await running).code).toBe(0);
    expect(gateway.calls).toEqual(['reload: SIGHUP', 'stop']);
  });

  it('writes its process id while it runs, and keeps from workers what is for the service manager', async () => {
    const gateway = fakeGateway();
    const directory = directoryWith({});
    const environment = {
      PATH: process.env['PATH'],
      NOTIFY_SOCKET: join(directory, 'nobody'),
      WATCHDOG_USEC: '1',
    };
    const world = new World({ startGateway: gateway.start, directory, environment });
    const running = world.run('serve', 'site:app', '--pid-file', 'sluice.pid');
    const [, parts] = await gateway.started;
    expect(parts.environment).toEqual({ PATH: process.env['PATH'] });
    expect(readFileSync(join(directory, 'sluice.pid'), 'utf8')).toBe(`${process.pid}\n`);
    world.signals.emit('SIGTERM');
    gateway.finish();
    const { code, stderr } = await running;
    expect(code).toBe(0);
    expect(stderr).toContain('SLUICE_NOTIFY_FAILED');
    expect(existsSync(join(directory, 'sluice.pid'))).toBe(false);
  });

  it('ends with 2 when it cannot write its process id', async () => {
    const { code, stderr } = await new World().run(
      'serve',
      'site:app',
      '--pid-file',
      '/nonexistent/sluice.pid',
    );
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/control\.pid_file: cannot be written: .*ENOENT/),
    ]);
  });

  it('stops a gateway whose workers are not ready yet, and does not say that it serves', async () => {
    const gateway = fakeGateway();
    const world = new World({
      startGateway: async (config, parts) => {
        const running = await gateway.start(config, parts);
        await parts.stopping;
        return { ...running, isStarted: false };
      },
    });
    const running = world.run('serve', 'site:app', '--must-load');
    await gateway.started;
    world.signals.emit('SIGTERM');
    gateway.finish();
    expect((await running).code).toBe(0);
    expect(gateway.calls).toEqual(['stop']);
    expect(messages(world.stderr)).not.toContain('ready');
  });

  it('ends at the second signal even while the gateway is starting', async () => {
    const begun = withResolvers<void>();
    const startGateway: StartGateway = () => {
      begun.resolve();
      return new Promise(() => {});
    };
    const world = new World({ startGateway });
    const running = world.run('serve', 'site:app');
    await begun.promise;
    world.signals.emit('SIGTERM');
    world.signals.emit('SIGTERM');
    expect((await running).code).toBe(5);
  });

  it('reads sluice.toml of the current directory unless an application is named', async () => {
    const directory = directoryWith({ 'sluice.toml': '[app]\ntarget = "file:app"\n' });
    for (const [words, target] of [
      [[], 'file:app'],
      [['site:app'], 'site:app'],
    ] as const) {
      const gateway = fakeGateway();
      const world = new World({ startGateway: gateway.start, directory });
      const running = world.run('serve', ...words);
      expect((await gateway.started)[0].app.target).toBe(target);
      world.signals.emit('SIGTERM');
      gateway.finish();
      await running;
    }
  });

  it('ends with 2 and every problem when the configuration is wrong', async () => {
    const directory = directoryWith({ 'sluice.toml': '[app]\ntargt = "a"\n[pool.default]\nthreads = 0\n' });
    const { code, stderr } = await new World({ directory }).run('serve');
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^sluice: sluice\.toml:2: app\.targt: unknown key; did you mean "target"\?/),
      expect.stringMatching(/^sluice: sluice\.toml:4: pool\.default\.threads: 0 is not possible/),
      expect.stringMatching(/^sluice: sluice\.toml:1: app\.target: missing/),
    ]);
  });

  it('ends with 2 when there is no interpreter, or something else in its place', async () => {
    const missing = await new World().run('serve', 'site:app', '--python', '/no/python');
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('/no/python') });
    const wrong = await new World().run('serve', 'site:app', '--python', '/bin/true');
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not answer like a Python'),
    });
  });

  it('ends with 4 when a listener cannot be opened', async () => {
    const startGateway: StartGateway = () =>
      Promise.reject(
        new ListenError('SLUICE_LISTEN_IN_USE', '127.0.0.1:1', 'process 1 (init) listens there'),
      );
    const { code, stderr } = await new World({ startGateway }).run('serve', 'site:app');
    expect(code).toBe(4);
    expect(messages(stderr).at(-1)).toBe('cannot listen on 127.0.0.1:1: process 1 (init) listens there');
  });

  it('does not hide an error nobody has thought of', async () => {
    const startGateway: StartGateway = () => Promise.reject(new TypeError('bug'));
    await expect(new World({ startGateway }).run('serve', 'site:app')).rejects.toThrow('bug');
  });
});
