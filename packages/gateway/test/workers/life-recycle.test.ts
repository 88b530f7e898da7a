// Workers that have served long enough are replaced: one at a time, the new one ready first.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { jittered, recycleReason, type RecycleLimits } from '../../src/backends/workers/recycle.ts';
import { Simulation } from '../helpers/simulation.ts';

const never: RecycleLimits = { recycleRequests: null, recycleAgeMs: null, recycleMemoryBytes: null };
const served = { servedCount: 100, ageMs: 60_000, memoryBytes: 50 * 2 ** 20 };

describe('the limits of a worker', () => {
  it('say which of them it has reached', () => {
    expect(recycleReason(never, served)).toBeNull();
    expect(recycleReason({ ...never, recycleRequests: 101 }, served)).toBeNull();
    expect(recycleReason({ ...never, recycleRequests: 100 }, served)).toContain('recycle.requests');
    expect(recycleReason({ ...never, recycleAgeMs: 60_000 }, served)).toContain('recycle.age');
    expect(recycleReason({ ...never, recycleMemoryBytes: 2 ** 20 }, served)).toBe(
      'has 50 MiB (recycle.memory)',
    );
    expect(recycleReason({ ...never, recycleMemoryBytes: 1 }, { ...served, memoryBytes: null })).toBeNull();
  });

  it('are lowered by chance, by a tenth at most', () => {
    const limits = { ...never, recycleRequests: 1_000 };
    expect(jittered(limits, 0)).toEqual(limits);
    expect(jittered(limits, 1)).toEqual({ ...never, recycleRequests: 900 });
    expect(jittered({ ...never, recycleRequests: 1 }, 1).recycleRequests).toBe(1);
  });
});

describe('a pool that recycles', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('replaces one worker at a time, and lets go of it when the new one is ready', () => {
    const sim = new Simulation({ processes: 2, recycleAgeMs: 5_000, random: () => 0 });
    sim.settle();
    sim.pass(6_000);
    expect(sim.workers).toHaveLength(3);
    expect(sim.workers.map(({ isServing }) => isServing)).toEqual([true, true, false]);
    sim.settle();
    expect(sim.workers.map(({ isDead }) => isDead)).toEqual([true, false, false]);
    sim.live(2_000);
    expect(sim.workers.map(({ isDead }) => isDead)).toEqual([true, true, false, false]);
    expect(sim.endings.map(({ restartInMs }) => restartInMs)).toEqual([null, null]);
  });

  it('finishes what a worker runs, and begins nothing in it any more', () => {
    const sim = new Simulation({ recycleRequests: 3, random: () => 0 });
    sim.settle();
    for (let count = 0; count < 3; count++) {
      sim.arrive();
      sim.settle();
    }
    const running = sim.arrive('slow');
    sim.live(2_000);
    const next = sim.arrive();
    sim.settle();
    expect(next.begunBy).toEqual([sim.workers[1]]);
    expect(sim.recycled).toEqual([expect.stringContaining('recycle.requests')]);
    sim.slow.delete(running.id);
    sim.settle();
    expect([running.exchange.outcome, sim.workers[0]?.isDead]).toEqual(['complete', true]);
  });

  it('keeps a worker as long as its replacement cannot be started, and tries again later', async () => {
    const sim = new Simulation({ recycleAgeMs: 5_000, random: () => 0 });
    sim.settle();
    sim.pass(5_000);
    sim.newest.failToLoad('broken');
    await Promise.resolve();
    sim.live(100);
    expect([sim.workers.length, sim.workers[0]?.isServing]).toEqual([2, true]);
    sim.pass(10_000);
    expect(sim.workers).toHaveLength(2);
    sim.pass(21_000);
    sim.settle();
    expect(sim.workers.map(({ isServing }) => isServing)).toEqual([false, false, true]);
  });
});
