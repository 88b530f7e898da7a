// What a pool does about workers that are stuck, that die, or that cannot load the application.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Simulation } from '../helpers/simulation.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a request that runs too long', () => {
  it('is answered with 504, and its worker is killed and replaced', () => {
    const sim = new Simulation({ requestTimeoutMs: 1_000 });
    sim.settle();
    const stuck = sim.arrive('slow');
    sim.live(1_200);
    expect([stuck.exchange.outcome, stuck.exchange.status]).toEqual(['SLUICE_REQUEST_TIMEOUT', 504]);
    expect(sim.workers.map(({ isDead }) => isDead)).toEqual([true, false]);
    expect(sim.endings[0]?.reason).toContain('request_timeout');
    const next = sim.arrive();
    sim.settle();
    expect(next.exchange.outcome).toBe('complete');
  });

  it('costs nothing but itself: what waits behind it is run elsewhere', () => {
    const sim = new Simulation({ requestTimeoutMs: 1_000, lookAhead: 2, recallAfterMs: 5_000 });
    sim.settle();
    sim.arrive('slow');
    const behind = [sim.arrive(), sim.arrive()];
    sim.live(1_200);
    expect(behind.map(({ exchange }) => exchange.outcome)).toEqual(['complete', 'complete']);
  });

  it('gives other requests of its worker time to finish', () => {
    const sim = new Simulation({ requestTimeoutMs: 1_000, threads: 2 });
    sim.settle();
    sim.arrive('slow');
    sim.live(900);
    const neighbour = sim.arrive('slow');
    sim.live(300);
    expect(sim.workers[0]?.isDead).toBe(false);
    sim.slow.delete(neighbour.id);
    sim.live(1);
    expect(neighbour.exchange.outcome).toBe('complete');
    sim.live(5_500);
    expect(sim.workers[0]?.isDead).toBe(true);
  });

  it('is aborted if its head has been sent', () => {
    const sim = new Simulation({ requestTimeoutMs: 1_000 });
    sim.settle();
    const streaming = sim.arrive('slow');
    sim.settle();
    sim.newest.lanes[0]?.beginResponse();
    sim.live(1_200);
    expect([streaming.reply.ending, streaming.exchange.outcome]).toEqual([
      'aborted',
      'SLUICE_REQUEST_TIMEOUT',
    ]);
  });

  it('costs its worker even if its client has gone in the meantime', () => {
    const sim = new Simulation({ requestTimeoutMs: 1_000 });
    sim.settle();
    const stuck = sim.arrive('slow');
    sim.settle();
    sim.newest.isDeaf = true;
    stuck.exchange.cancel();
    const next = sim.arrive();
    sim.live(1_200);
    expect(sim.workers[0]?.isDead).toBe(true);
    expect(next.exchange.outcome).toBe('complete');
  });
});

describe('a worker that dies', () => {
  it('costs the request it ran 502, and is replaced', () => {
    const sim = new Simulation();
    sim.settle();
    const running = sim.arrive('slow');
    sim.settle();
    sim.newest.die();
    expect([running.exchange.outcome, running.exchange.status]).toEqual(['SLUICE_WORKER_DIED', 502]);
    expect(sim.endings).toEqual([{ reason: 'was ended by signal SIGSEGV', restartInMs: 0 }]);
    sim.live(1);
    expect(sim.workers).toHaveLength(2);
  });

  it('aborts a response that was on its way', () => {
    const sim = new Simulation();
    sim.settle();
    const running = sim.arrive('slow');
    sim.settle();
    sim.newest.lanes[0]?.beginResponse();
    sim.newest.die();
    expect([running.exchange.status, running.reply.ending]).toEqual([200, 'aborted']);
  });

  it('is waited for longer and longer if it keeps dying', () => {
    const sim = new Simulation();
    for (let count = 0; count < 5; count++) {
      sim.newest.die();
      sim.pass(sim.endings.at(-1)?.restartInMs ?? 0);
    }
    expect(sim.endings.map(({ restartInMs }) => restartInMs)).toEqual([100, 200, 400, 800, 1_600]);
  });

  it('before it is ready, again and again, leaves a 503 that says so, at once, until the next try', () => {
    const sim = new Simulation({ processes: 2 });
    const dieAll = (): void => {
      for (const worker of sim.workers) if (!worker.isDead) worker.die({ code: 7, signal: null });
    };
    const waiting = sim.arrive();
    for (let tries = 0; tries < 4; tries++) {
      dieAll();
      sim.pass(sim.endings.at(-1)?.restartInMs ?? 0);
    }
    expect(waiting.exchange.isDone).toBe(false);
    dieAll();
    const next = sim.arrive();
    for (const { exchange } of [waiting, next]) {
      expect([exchange.outcome, exchange.status]).toEqual(['SLUICE_CRASH_LOOP', 503]);
      expect(exchange.error?.message).toContain('worker 10 exited with status 7');
    }
    expect(sim.pool.status().crashLoop).toContain('worker 10 exited with status 7');
    sim.pass(1_600);
    const tried = sim.arrive();
    sim.live(1);
    expect([tried.exchange.outcome, sim.pool.status().crashLoop]).toEqual(['complete', null]);
  });

  it('is killed if it has been told to end and does not', () => {
    const sim = new Simulation();
    sim.settle();
    const [old] = sim.workers;
    if (old) old.isFrozen = true;
    void sim.pool.reload();
    sim.live(9_000);
    expect([old?.isDead, old?.isKilled]).toEqual([false, false]);
    sim.live(1_100);
    expect(old?.isKilled).toBe(true);
    expect(sim.endings[0]?.reason).toContain('did not end within 10000 ms');
  });

  it('is killed if it is not ready in time, and replaced', () => {
    const sim = new Simulation({ startupTimeoutMs: 3_000 });
    sim.pass(2_999);
    expect(sim.newest.isKilled).toBe(false);
    sim.pass(1);
    expect(sim.newest.isKilled).toBe(true);
    sim.newest.die({ code: null, signal: 'SIGKILL' });
    expect(sim.endings[0]?.reason).toContain('startup_timeout');
    sim.live(200);
    expect(sim.workers).toHaveLength(2);
  });

  it('that sends garbage costs what its lanes may have begun, and all of the lane that it came from', () => {
    const sim = new Simulation({ threads: 2, lookAhead: 2, recallAfterMs: 5_000 });
    sim.settle();
    for (let count = 0; count < 6; count++) sim.arrive('slow');
    sim.settle();
    sim.newest.sendGarbage(sim.newest.lanes[0] ?? null);
    sim.newest.lanes[1]?.finish(false);
    sim.newest.die();
    sim.slow.clear();
    sim.live(1);
    const outcomes = sim.entries.map(({ exchange }) => exchange.outcome);
    const [first, second, third, fourth, fifth, sixth] = outcomes;
    expect([first, third, fifth]).toEqual(Array(3).fill('SLUICE_WORKER_PROTOCOL'));
    expect([second, fourth, sixth]).toEqual(['complete', 'SLUICE_WORKER_PROTOCOL', 'complete']);
  });
});

describe('an application that cannot be loaded', () => {
  it('answers what waits and what comes with 503, and says so once for each different traceback', () => {
    const sim = new Simulation({ processes: 2 });
    const waiting = sim.arrive();
    for (const worker of sim.workers.slice()) worker.failToLoad('ImportError: one');
    const next = sim.arrive();
    expect([waiting, next].map(({ exchange }) => exchange.outcome)).toEqual(
      Array(2).fill('SLUICE_APPLICATION_NOT_LOADED'),
    );
    expect(next.exchange.error?.detail).toBe('ImportError: one');
    sim.pass(1_000);
    sim.newest.failToLoad('ImportError: two');
    expect(sim.tracebacks).toEqual(['ImportError: one', 'ImportError: two']);
  });

  it('is tried again by one worker, and by all as soon as that one is ready', () => {
    const sim = new Simulation({ processes: 3 });
    for (const worker of sim.workers.slice()) worker.failToLoad('no');
    sim.pass(1_000);
    expect(sim.workers).toHaveLength(4);
    sim.live(1);
    expect(sim.workers.filter(({ isServing }) => isServing)).toHaveLength(3);
    const next = sim.arrive();
    sim.settle();
    expect(next.exchange.outcome).toBe('complete');
  });
});

describe('stopping', () => {
  it('finishes what runs and what waits before the workers end', async () => {
    const sim = new Simulation({ lookAhead: 1 });
    sim.settle();
    const all = [sim.arrive('slow'), sim.arrive(), sim.arrive()];
    sim.settle();
    const stopped = sim.pool.stop();
    expect(sim.arrive().exchange.outcome).toBe('SLUICE_STOPPING');
    sim.live(50);
    expect(sim.workers[0]?.isDead).toBe(false);
    sim.slow.clear();
    sim.settle();
    await stopped;
    expect(all.map(({ exchange }) => exchange.outcome)).toEqual(['complete', 'complete', 'complete']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ends at the stop timeout whatever still runs', async () => {
    const sim = new Simulation({ stopTimeoutMs: 2_000 });
    sim.settle();
    const [running, waiting] = [sim.arrive('slow'), sim.arrive()];
    sim.settle();
    const stopped = sim.pool.stop();
    sim.live(2_000);
    await stopped;
    expect([running.exchange.outcome, waiting.exchange.outcome]).toEqual([
      'SLUICE_WORKER_DIED',
      'SLUICE_STOPPING',
    ]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not wait for workers that are not ready, unless requests do', async () => {
    const idle = new Simulation();
    const stopped = idle.pool.stop();
    expect(idle.newest.isKilled).toBe(true);
    idle.settle();
    await stopped;
    expect(idle.endings).toEqual([{ reason: 'was ended by signal SIGKILL', restartInMs: null }]);
    const busy = new Simulation();
    const waiting = busy.arrive();
    const served = busy.pool.stop();
    busy.settle();
    await served;
    expect(waiting.exchange.outcome).toBe('complete');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('at once kills the workers and refuses what waits', async () => {
    const sim = new Simulation();
    sim.settle();
    const [running, waiting] = [sim.arrive('slow'), sim.arrive()];
    sim.settle();
    sim.pool.stopNow();
    expect(waiting.exchange.outcome).toBe('SLUICE_STOPPING');
    sim.settle();
    await sim.pool.stop();
    expect([running.exchange.outcome, sim.newest.isDead]).toEqual(['SLUICE_WORKER_DIED', true]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('may be asked for more than once', async () => {
    const sim = new Simulation();
    sim.settle();
    const stops = [sim.pool.stop(), sim.pool.stop()];
    sim.settle();
    await Promise.all([...stops, sim.pool.stop()]);
    expect(sim.newest.isDead).toBe(true);
  });

  it('refuses at once what waits when there is no worker left to run it', async () => {
    const sim = new Simulation();
    const waiting = sim.arrive();
    sim.newest.die();
    await sim.pool.stop();
    expect(waiting.exchange.outcome).toBe('SLUICE_STOPPING');
    expect(jest.getTimerCount()).toBe(0);
  });
});
