// Workers that a fork server has forked, with real processes: from the import to the last exit.
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAlive } from '../../src/backends/workers/is-alive.ts';
import { bytesBody } from '../helpers/exchanges.ts';
import { FifoGate } from '../helpers/fifo-gate.ts';
import { RealPool, type RealPoolOptions } from '../helpers/real-pool.ts';
import { until } from '../helpers/settled.ts';
import { Temporary } from '../helpers/temporary.ts';

const temporary = new Temporary();
afterAll(() => temporary.remove());

let real: RealPool;
let meetings: string[];
beforeEach(() => {
  meetings = listMeetings();
});
afterEach(async () => {
  await real.close();
  expect(listMeetings()).toEqual(meetings);
});

function listMeetings(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`sluice-preload-${process.pid}-`));
}

function preloaded({ command, ...options }: RealPoolOptions = {}): RealPool {
  real = new RealPool({
    isPreloaded: true,
    ...options,
    command: { target: 'preloaded:application', ...command },
  });
  return real;
}

function doing(what: string): Record<string, string | undefined> {
  return { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PRELOADED_DOES: what };
}

async function who(): Promise<{ importedBy: number; pid: number; session: number; threads: number }> {
  const [status, text] = await real.fetch('/who');
  expect(status).toBe(200);
  const [importedBy = 0, pid = 0, session = 0, threads = 0] = text.split(',').map(Number);
  return { importedBy, pid, session, threads };
}

/** What a gateway does all day long. */
async function servesAsUsual(): Promise<void> {
  const text = 'x'.repeat(300_000);
  const echo = real.request('/echo', '', bytesBody(text));
  await echo.done;
  expect(echo.reply.text).toBe(text);
  expect(await real.fetch('/hello')).toEqual([200, 'hello']);
  const raised = real.request('/raises');
  await raised.done;
  expect(raised.exchange.outcome).toBe('SLUICE_APPLICATION_FAILED');
}

describe('preloaded workers', () => {
  it('are forked from one process that has imported the application, and serve as others do', async () => {
    await preloaded().ready(2);
    const { importedBy, pid, session } = await who();
    expect(real.forkServers).toHaveLength(1);
    expect(importedBy).toBe(real.forkServers[0]?.pid);
    expect(real.pids).toContain(pid);
    expect(session).toBe(pid);
    expect(real.pool.status().preload).toEqual({ pid: importedBy, isLoaded: true });
    await servesAsUsual();
  });

  it('print under their own process ids', async () => {
    await preloaded().ready(2);
    await real.fetch('/prints');
    await until('all is printed', () => real.output.length >= 3);
    const texts = real.output.map(([text]) => text.trim()).toSorted();
    expect(texts).toEqual(['to stderr', 'to stdout', 'to wsgi.errors']);
  });

  it.each([
    ['/exits', 'exited with status 7'],
    ['/kills-itself', 'was ended by signal SIGKILL'],
  ])('%s: the way they end is known, and another is forked', async (path, words) => {
    await preloaded({ processes: 1 }).ready(1);
    const { exchange, done } = real.request(path);
    await done;
    expect(exchange.outcome).toBe('SLUICE_WORKER_DIED');
    await until('it has ended', () => real.endings.length === 1);
    expect(real.endings[0]?.reason).toContain(words);
    await until('another is ready', () => real.pids.length === 2);
    expect(await real.fetch('/hello')).toEqual([200, 'hello']);
    expect(real.forkServers).toHaveLength(1);
  });

  it('are killed when a request takes too long, with their stacks', async () => {
    const gate = new FifoGate(temporary.directory(), 'late');
    await preloaded({ processes: 1, requestTimeoutMs: 300, command: { threads: 1 } }).ready(1);
    const { exchange, done } = real.request('/slow', gate.query);
    await done;
    expect(exchange.outcome).toBe('SLUICE_REQUEST_TIMEOUT');
    await until('it has ended', () => real.endings.length === 1);
    expect(real.output.map(([text]) => text).join('\n')).toContain('in slow');
  });

  it('finish what they run before they end', async () => {
    const gate = new FifoGate(temporary.directory(), 'last');
    await preloaded({ processes: 1, command: { threads: 1 } }).ready(1);
    const running = real.request('/slow', gate.query);
    await gate.begun();
    const stopped = real.pool.stop();
    await gate.open();
    await stopped;
    expect(running.exchange.outcome).toBe('complete');
    expect(real.endings).toEqual([{ reason: 'exited with status 0', wasExpected: true }]);
    expect(real.forkServerEndings).toEqual([]);
  });

  it('are there quickly when more are wanted, from the same import', async () => {
    await preloaded({ processes: 1 }).ready(1);
    real.pool.scale({ min: 4, max: 4 });
    await until('all are ready', () => real.pids.length === 4);
    expect(real.forkServers).toHaveLength(1);
    real.pool.scale({ min: 1, max: 1 });
    await until('three have ended', () => real.endings.length === 3);
    expect(await real.fetch('/hello')).toEqual([200, 'hello']);
  });
});

describe('an application that cannot be preloaded', () => {
  it('because of an error is shown as usual, and is tried again when its file changes', async () => {
    const directory = temporary.directory();
    writeFileSync(`${directory}/broken.py`, 'import a_module_that_is_not_there\n');
    await preloaded({ command: { directory, target: 'broken:application' } }).pool.start();
    expect(real.tracebacks).toEqual([expect.stringContaining('a_module_that_is_not_there')]);
    const { exchange, done } = real.request('/');
    await done;
    expect(exchange.outcome).toBe('SLUICE_APPLICATION_NOT_LOADED');
    writeFileSync(`${directory}/broken.py`, REPAIRED);
    await until('workers are ready', () => real.pids.length === 2);
    expect(await real.fetch('/')).toEqual([200, 'repaired']);
    expect(real.forkServerEndings).toEqual([]);
  });

  it('because it takes too long is given up', async () => {
    const options = { startupTimeoutMs: 300, command: { environment: doing('hang') } };
    await preloaded(options).pool.start();
    expect(real.endings[0]?.reason).toContain('startup_timeout');
  });

  it('because it crashes says how', async () => {
    await preloaded({ processes: 1, command: { environment: doing('crash') } }).pool.start();
    expect(real.endings[0]?.reason).toContain('SIGABRT');
    expect(real.output.map(([text]) => text).join('\n')).toContain('preloaded.py');
  });

  it('because there is no interpreter says so', async () => {
    await preloaded({ processes: 1, command: { python: '/nonexistent/python' } }).pool.start();
    expect(real.endings[0]?.reason).toContain('ENOENT');
  });

  it('does not keep the pool from stopping while it is imported', async () => {
    preloaded({ command: { environment: doing('hang') } });
    const started = real.pool.start();
    await until('it imports', () => (real.pool.status().preload?.pid ?? 0) > 0);
    const pid = real.pool.status().preload?.pid ?? 0;
    await real.pool.stop();
    await started;
    expect(isAlive(pid)).toBe(false);
  });
});

describe('a fork server', () => {
  it('that has threads is reported with their names, and its workers do not have them', async () => {
    await preloaded({ processes: 1, command: { threads: 1, environment: doing('thread') } }).ready(1);
    expect(real.forkServers[0]).toMatchObject({ threadsCount: 1, threadNames: 'left behind' });
    // The one that runs the request, and the one that serves the control channel.
    expect((await who()).threads).toBe(2);
  });

  it('that dies leaves its workers at work, and the next one is started at need', async () => {
    const gate = new FifoGate(temporary.directory(), 'through');
    await preloaded({ processes: 1, command: { threads: 2 } }).ready(1);
    const running = real.request('/slow', gate.query);
    await gate.begun();
    const first = await who();
    process.kill(first.importedBy, 'SIGKILL');
    await until('that is known', () => real.forkServerEndings.length === 1);
    expect(real.forkServerEndings[0]).toContain('SIGKILL');
    expect((await who()).pid).toBe(first.pid);
    await gate.open();
    await running.done;
    expect(running.exchange.outcome).toBe('complete');

    const { done } = real.request('/exits');
    await done;
    await until('another is ready', () => real.pids.length === 2);
    expect(real.endings[0]?.reason).toContain('the system does not say how');
    const second = await who();
    expect(second.importedBy).not.toBe(first.importedBy);
    expect(real.forkServers.map(({ pid }) => pid)).toContain(second.importedBy);
  });

  it('that dies costs no worker its end: orphans end when they are told to', async () => {
    await preloaded({ processes: 2 }).ready(2);
    process.kill((await who()).importedBy, 'SIGKILL');
    await until('that is known', () => real.forkServerEndings.length === 1);
    await real.pool.stop();
    expect(real.pids.filter(isAlive)).toEqual([]);
  });
});

describe('a reload of a preloaded application', () => {
  function version(directory: string, number: number): void {
    writeFileSync(
      `${directory}/versioned.py`,
      `#${'.'.repeat(number)}\n${REPAIRED.replace('repaired', `version${number}`)}`,
    );
  }

  it('imports it anew, and lets the old fork server go', async () => {
    const directory = temporary.directory();
    version(directory, 1);
    await preloaded({ command: { directory, target: 'versioned:application' } }).ready(2);
    version(directory, 2);
    expect(await real.pool.reload()).toBeNull();
    expect(await real.fetch('/')).toEqual([200, 'version2']);
    const [old, current] = real.forkServers.map(({ pid }) => pid);
    await until('the old one has ended', () => !isAlive(old ?? 0));
    expect(isAlive(current ?? 0)).toBe(true);
    expect(real.forkServerEndings).toEqual([]);
  });

  it('that fails leaves the old code at work, and the next one imports again', async () => {
    const directory = temporary.directory();
    version(directory, 1);
    await preloaded({ command: { directory, target: 'versioned:application' } }).ready(2);
    writeFileSync(`${directory}/versioned.py`, 'this is no Python\n');
    expect((await real.pool.reload())?.detail).toContain('SyntaxError');
    expect(await real.fetch('/')).toEqual([200, 'version1']);
    version(directory, 3);
    expect(await real.pool.reload()).toBeNull();
    expect(await real.fetch('/')).toEqual([200, 'version3']);
  });

  it('keeps the old fork server until its last worker has finished', async () => {
    const gate = new FifoGate(temporary.directory(), 'old');
    await preloaded({ processes: 1, command: { threads: 1 } }).ready(1);
    const running = real.request('/slow', gate.query);
    await gate.begun();
    expect(await real.pool.reload()).toBeNull();
    const [old = 0] = real.forkServers.map(({ pid }) => pid);
    expect(isAlive(old)).toBe(true);
    await gate.open();
    await running.done;
    await until('the old one has ended', () => !isAlive(old));
    await until('so has its worker', () => real.endings.length === 1);
    expect(real.endings).toEqual([{ reason: 'exited with status 0', wasExpected: true }]);
  });
});

const REPAIRED = `
def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "8")])
    return [b"repaired"]
`;
