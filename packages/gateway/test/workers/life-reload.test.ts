// Reloading by generations: nobody waits for it, nothing is lost by it, and code that does not load changes nothing.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Simulation } from '../helpers/simulation.ts';
import type { SimWorker } from '../helpers/sim-worker.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a reload', () => {
  it('has all new workers ready before an old one is let go', async () => {
    const sim = new Simulation({ processes: 2 });
    sim.settle();
    const reloading = sim.pool.reload();
    expect(sim.workers).toHaveLength(3);
    sim.workers[2]?.ready();
    for (const step of sim.steps()) step.run();
    expect(sim.workers).toHaveLength(4);
    expect(sim.workers.map(({ isServing }) => isServing)).toEqual([true, true, true, false]);
    sim.settle();
    expect(await reloading).toBeNull();
    expect(sim.workers.map(({ isDead }) => isDead)).toEqual([true, true, false, false]);
  });

  it('gives new requests to new workers, and lets old ones finish what they run', async () => {
    const sim = new Simulation({ lookAhead: 4 });
    sim.settle();
    const [running, ahead] = [sim.arrive('slow'), sim.arrive()];
    sim.settle();
    const reloading = sim.pool.reload();
    sim.live(1);
    expect(await reloading).toBeNull();
    expect(ahead.begunBy).toEqual([sim.workers[1]]);
    expect([running.exchange.isDone, sim.workers[0]?.isDead]).toEqual([false, false]);
    sim.slow.clear();
    sim.settle();
    expect([running.exchange.outcome, sim.workers[0]?.isDead]).toEqual(['complete', true]);
  });

  it('takes back also what was handed to an old worker in the same round of the event loop', () => {
    const sim = new Simulation({ lookAhead: 4 });
    sim.settle();
    const [old] = sim.workers;
    const step = (worker: SimWorker | undefined, name: string): void =>
      [...(worker?.steps() ?? [])].find((each) => each.name === name)?.run();
    const first = sim.arrive();
    sim.pass(0);
    step(old, 'begin');
    const second = sim.arrive();
    sim.pass(0);
    void sim.pool.reload();
    step(sim.newest, 'ready');
    const third = sim.arrive();
    step(sim.newest, 'deliver');
    step(old, 'control');
    step(old, 'finish');
    const answers = [...(old?.steps() ?? [])].filter(({ name }) => name === 'deliver');
    answers.at(-1)?.run();
    sim.pass(0);
    for (const name of ['begin', 'finish']) step(old, name);
    [...(old?.steps() ?? [])]
      .filter(({ name }) => name === 'deliver')
      .at(-1)
      ?.run();
    sim.settle();
    const outcomes = [first, second, third].map(({ exchange }) => exchange.outcome);
    expect(outcomes).toEqual(['complete', 'complete', 'complete']);
  });

  it('leaves the old workers alone if the code cannot be loaded, and says why', async () => {
    const sim = new Simulation({ processes: 2 });
    sim.settle();
    const reloading = sim.pool.reload();
    sim.newest.failToLoad('SyntaxError: no');
    expect(await reloading).toEqual({
      reason: 'the application could not be loaded',
      detail: 'SyntaxError: no',
    });
    const next = sim.arrive();
    sim.live(1_000);
    expect(next.exchange.outcome).toBe('complete');
    expect([sim.workers.length, sim.tracebacks]).toEqual([3, []]);
    expect(sim.reloads).toEqual([{ generation: 1, reason: 'the application could not be loaded' }]);
  });

  it('fails as a whole if one of the new workers dies', async () => {
    const sim = new Simulation({ processes: 2 });
    sim.settle();
    const reloading = sim.pool.reload();
    sim.newest.ready();
    for (const step of sim.steps()) step.run();
    sim.newest.die();
    sim.settle();
    expect((await reloading)?.reason).toContain('SIGSEGV');
    expect(sim.workers.map(({ isServing }) => isServing)).toEqual([true, true, false, false]);
  });

  it('that is asked for during another runs after it, once for all who ask', async () => {
    const sim = new Simulation();
    sim.settle();
    const reloads = [sim.pool.reload(), sim.pool.reload(), sim.pool.reload()];
    sim.settle();
    expect(await Promise.all(reloads)).toEqual([null, null, null]);
    expect(sim.workers).toHaveLength(3);
    expect(sim.reloads.map(({ generation }) => generation)).toEqual([2, 3]);
  });

  it('repairs at once an application that could not be loaded', async () => {
    const sim = new Simulation({ processes: 2 });
    for (const worker of sim.workers.slice()) worker.failToLoad('no');
    const reloading = sim.pool.reload();
    sim.settle();
    expect(await reloading).toBeNull();
    const next = sim.arrive();
    sim.settle();
    expect(next.exchange.outcome).toBe('complete');
    expect(sim.workers.filter(({ isServing }) => isServing)).toHaveLength(2);
  });

  it('serves with the first new worker if there is no other, also if the next one fails', async () => {
    const sim = new Simulation({ processes: 2 });
    for (const worker of sim.workers.slice()) worker.failToLoad('no');
    const reloading = sim.pool.reload();
    const waiting = sim.arrive();
    expect(waiting.exchange.outcome).toBe('SLUICE_APPLICATION_NOT_LOADED');
    const first = sim.newest;
    first.ready();
    for (const step of sim.steps()) step.run();
    sim.newest.failToLoad('half written');
    expect((await reloading)?.detail).toBe('half written');
    expect(first.isServing).toBe(true);
    const next = sim.arrive();
    sim.settle();
    expect(next.exchange.outcome).toBe('complete');
  });

  it('replaces a worker that dies meanwhile, and lets go of the replacement as well', async () => {
    const sim = new Simulation();
    sim.settle();
    sim.pass(6_000);
    const reloading = sim.pool.reload();
    sim.workers[0]?.die();
    sim.pass(1);
    expect(sim.workers).toHaveLength(3);
    sim.live(10);
    expect(await reloading).toBeNull();
    expect(sim.workers.map(({ isServing }) => isServing)).toEqual([false, true, false]);
  });

  it('is given up when the pool stops, and so is the one after it', async () => {
    const sim = new Simulation();
    sim.settle();
    const reloads = [sim.pool.reload(), sim.pool.reload()];
    const stopped = sim.pool.stop();
    sim.settle();
    await stopped;
    const reasons = (await Promise.all(reloads)).map((failure) => failure?.reason);
    expect(reasons).toEqual(['the gateway stops', 'the gateway stops']);
    expect(sim.workers.map(({ isDead }) => isDead)).toEqual([true, true]);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('whatever is reloaded, and whenever', () => {
  const shapes = fc.record({
    processes: fc.integer({ min: 1, max: 3 }),
    threads: fc.integer({ min: 1, max: 3 }),
    lookAhead: fc.integer({ min: 0, max: 8 }),
  });
  const tapes = fc.array(fc.nat({ max: 9_999 }), { minLength: 20, maxLength: 200, size: 'max' });

  it('begins every request exactly once and completes it', () => {
    fc.assert(
      fc.property(shapes, tapes, (shape, tape) => {
        jest.clearAllTimers();
        const sim = new Simulation(shape);
        sim.settle();
        for (const number of tape) move(sim, number);
        sim.runOut(1_000);
        sim.settle();
        for (const { exchange, begunBy } of sim.entries) {
          expect([exchange.outcome, begunBy.length]).toEqual(['complete', 1]);
        }
        expect(sim.workers.filter(({ isServing }) => isServing)).toHaveLength(shape.processes);
        expect(sim.workers.filter(({ isDead }) => !isDead)).toHaveLength(shape.processes);
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });

  function move(sim: Simulation, number: number): void {
    const steps = sim.steps();
    const pick = Math.floor(number / 100);
    const choice = number % 100;
    if (choice < 60 && steps.length > 0) steps[pick % steps.length]?.run();
    else if (choice < 80) sim.arrive();
    else if (choice < 90) sim.pass(pick % 8);
    else if (choice < 97) void sim.pool.reload();
    else if (sim.workers.length > 3 && !sim.newest.isReady && !sim.newest.isDead)
      sim.newest.failToLoad('half written');
  }
});
