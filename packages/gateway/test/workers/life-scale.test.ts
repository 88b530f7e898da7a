// How many workers there are: by the load, by idleness, by memory, by command.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  growth,
  leastNeeded,
  longestIdle,
  roomWithin,
  type LoadView,
} from '../../src/backends/workers/scale.ts';
import { Simulation } from '../helpers/simulation.ts';

const load: LoadView = { count: 2, startingCount: 0, threads: 2, waitingCount: 3, oldestWaitMs: 100 };

describe('growth', () => {
  it('is a worker for every lane that requests wait for', () => {
    expect(growth(8, { ...load, waitingCount: 1 })).toBe(1);
    expect(growth(8, { ...load, waitingCount: 3 })).toBe(2);
  });

  it('at most doubles the workers, and stays within the limit', () => {
    expect(growth(8, { ...load, waitingCount: 100 })).toBe(2);
    expect(growth(3, { ...load, waitingCount: 100 })).toBe(1);
    expect(growth(2, load)).toBe(0);
  });

  it('waits until a request has waited, and until the last ones have started', () => {
    expect(growth(8, { ...load, oldestWaitMs: 99 })).toBe(0);
    expect(growth(8, { ...load, startingCount: 1 })).toBe(0);
  });

  it('leaves room for a worker as large as the largest', () => {
    expect(roomWithin(100, [20, 30])).toBe(1);
    expect(roomWithin(110, [20, 30])).toBe(2);
    expect(roomWithin(70, [20, 30])).toBe(0);
    expect(roomWithin(10, [20, 30])).toBe(0);
  });
});

describe('the worker that is missed least', () => {
  const starting = { state: 'starting', isIdle: true, idleSinceMs: 9 } as const;
  const busy = { state: 'ready', isIdle: false, idleSinceMs: 0 } as const;
  const idle = { state: 'ready', isIdle: true, idleSinceMs: 5 } as const;
  const idleLonger = { state: 'ready', isIdle: true, idleSinceMs: 4 } as const;

  it('is one that does not serve yet, then the one that has been idle longest', () => {
    expect(leastNeeded([busy, idle, starting, idleLonger], 3)).toEqual([starting, idleLonger, idle]);
    expect(leastNeeded([busy, idle], -1)).toEqual([]);
  });

  it('goes after the time it may be idle, not before', () => {
    expect(longestIdle([busy, idle, idleLonger], 10, 14)).toBe(idleLonger);
    expect(longestIdle([busy, idle, idleLonger], 10, 13)).toBeNull();
    expect(longestIdle([starting, busy], 0, 99)).toBeNull();
  });
});

describe('a pool with a range of processes', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const alive = (sim: Simulation): number => sim.workers.filter(({ isDead }) => !isDead).length;

  it('grows while requests wait, and shrinks again after idleness, one at a time', () => {
    const sim = new Simulation({ processes: 1, processesMax: 4, shrinkAfterMs: 10_000 });
    sim.settle();
    const all = Array.from({ length: 10 }, () => sim.arrive('slow'));
    sim.live(1_000);
    expect([alive(sim), sim.scales]).toEqual([4, [2, 4]]);
    sim.slow.clear();
    sim.live(10);
    expect(all.map(({ exchange }) => exchange.outcome)).toEqual(Array(10).fill('complete'));
    sim.live(9_000);
    expect(alive(sim)).toBe(4);
    sim.live(5_000);
    expect([alive(sim), sim.scales]).toEqual([1, [2, 4, 3, 2, 1]]);
    expect(sim.endings.map(({ restartInMs }) => restartInMs)).toEqual([null, null, null]);
  });

  it('does not grow for requests that wait only for a moment', () => {
    const sim = new Simulation({ processes: 1, processesMax: 4 });
    sim.settle();
    for (let count = 0; count < 50; count++) sim.arrive();
    sim.live(500);
    expect(alive(sim)).toBe(1);
  });

  it('does not grow beyond its memory', () => {
    const sim = new Simulation({ processes: 1, processesMax: 4, memoryBudgetBytes: 0 });
    sim.settle();
    for (let count = 0; count < 10; count++) sim.arrive('slow');
    sim.live(1_000);
    expect(alive(sim)).toBe(1);
  });

  it('loses no request when it is scaled down while all lanes are busy', () => {
    const sim = new Simulation({ processes: 4, lookAhead: 2, recallAfterMs: 60_000 });
    sim.settle();
    const all = Array.from({ length: 16 }, () => sim.arrive('slow'));
    sim.live(5);
    sim.pool.scale({ min: 1, max: 1 });
    sim.live(5);
    sim.slow.clear();
    sim.live(20);
    expect(all.map(({ exchange, begunBy }) => [exchange.outcome, begunBy.length])).toEqual(
      Array(16).fill(['complete', 1]),
    );
    expect([alive(sim), sim.workers.length]).toEqual([1, 4]);
  });

  it('leaves no timer behind, even if it is scaled when it has stopped', async () => {
    const sim = new Simulation({ processes: 1, processesMax: 2 });
    sim.settle();
    sim.arrive();
    sim.live(300);
    const stopped = sim.pool.stop();
    sim.settle();
    await stopped;
    sim.pool.scale({ min: 1, max: 4 });
    expect(jest.getTimerCount()).toBe(0);
  });
});
