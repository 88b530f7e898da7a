// The start and the end of real Python workers.
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { isAlive } from '../../src/backends/workers/is-alive.ts';
import { FifoGate } from '../helpers/fifo-gate.ts';
import { RealPool, type RealPoolOptions } from '../helpers/real-pool.ts';
import { until } from '../helpers/settled.ts';
import { Temporary } from '../helpers/temporary.ts';

const temporary = new Temporary();
afterAll(() => temporary.remove());

let real: RealPool;
afterEach(() => real.close());

function pool(options: RealPoolOptions = {}): RealPool {
  real = new RealPool(options);
  return real;
}

describe('an application that cannot be imported', () => {
  it('gives 503 with the traceback in the log, and serves as soon as its file is repaired', async () => {
    const directory = temporary.directory();
    writeFileSync(`${directory}/broken.py`, 'import a_module_that_is_not_there\n');
    await pool({ processes: 1, command: { directory, target: 'broken:application' } }).pool.start();
    const { exchange, done } = real.request('/');
    await done;
    expect([exchange.status, exchange.outcome]).toEqual([503, 'SLUICE_APPLICATION_NOT_LOADED']);
    expect(real.tracebacks).toEqual([expect.stringContaining('a_module_that_is_not_there')]);

    writeFileSync(`${directory}/broken.py`, REPAIRED);
    await until('a worker is ready', () => real.pids.length === 1);
    expect(await real.fetch('/')).toEqual([200, 'repaired']);
  });

  it('does not stop the gateway from stopping', async () => {
    const directory = temporary.directory();
    await pool({ command: { directory, target: 'not_there:application' } }).pool.start();
    await real.pool.stop();
    expect(real.tracebacks).toHaveLength(1);
  });
});

describe('a worker that cannot be started', () => {
  it('because there is no such interpreter is tried again later, and the pool goes on', async () => {
    await pool({ queueTimeoutMs: 50, command: { python: '/nonexistent/python' } }).pool.start();
    const { exchange, done } = real.request('/hello');
    await done;
    expect(exchange.status).toBe(503);
    expect(real.endings[0]?.reason).toBe('could not be started: there is no /nonexistent/python (ENOENT)');
  });

  it('because this user may not run it says which user and which file', async () => {
    const python = `${temporary.directory()}/python`;
    writeFileSync(python, '', { mode: 0o600 });
    await pool({ queueTimeoutMs: 50, command: { python } }).pool.start();
    await real.request('/hello').done;
    expect(real.endings[0]?.reason).toContain(`user ${process.geteuid?.()} may not run ${python} (EACCES); `);
  });

  it('because the system refuses is tried again later, and the pool goes on', async () => {
    await pool({ queueTimeoutMs: 50, command: { environment: { BAD: 'nul \0 inside' } } }).pool.start();
    const { exchange, done } = real.request('/hello');
    await done;
    expect(exchange.status).toBe(503);
    expect(real.endings[0]?.reason).toContain('could not be started');
  });

  it('because the import takes too long is killed', async () => {
    const directory = temporary.directory();
    writeFileSync(`${directory}/hangs.py`, 'import signal\nsignal.pause()\n');
    const options = {
      processes: 1,
      startupTimeoutMs: 300,
      command: { directory, target: 'hangs:application' },
    };
    await pool(options).pool.start();
    expect(real.endings[0]?.reason).toContain('startup_timeout');
  });
});

describe('stopping', () => {
  it('lets running and waiting requests finish, and leaves no process', async () => {
    const gate = new FifoGate(temporary.directory(), 'last');
    await pool({ processes: 1, command: { threads: 1 } }).ready(1);
    const running = real.request('/slow', gate.query);
    const waiting = real.request('/hello');
    await gate.begun();
    const stopped = real.pool.stop();
    const late = real.request('/hello');
    expect(late.exchange.outcome).toBe('SLUICE_STOPPING');
    await gate.open();
    await stopped;
    expect([running.exchange.outcome, waiting.exchange.outcome]).toEqual(['complete', 'complete']);
    expect(real.endings).toEqual([{ reason: 'exited with status 0', wasExpected: true }]);
    expect(real.pids.filter(isAlive)).toEqual([]);
  });

  it('at once ends even what never would', async () => {
    const gate = new FifoGate(temporary.directory(), 'never');
    await pool().ready(2);
    const running = real.request('/slow', gate.query);
    await gate.begun();
    real.pool.stopNow();
    await real.pool.stop();
    expect(running.exchange.outcome).toBe('SLUICE_WORKER_DIED');
    expect(real.pids.filter(isAlive)).toEqual([]);
  });
});

const REPAIRED = `
def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "8")])
    return [b"repaired"]
`;
