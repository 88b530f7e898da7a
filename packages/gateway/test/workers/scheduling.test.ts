// Who runs which request, and when: no request waits behind a slow one while a lane is free, and order is kept.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Simulation } from '../helpers/simulation.ts';

const RECALL_AFTER_MS = 6;
/** The pool looks every half of the recall age; then the answer has to come. */
const RECALL_BOUND_MS = RECALL_AFTER_MS * 2;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('look-ahead with recall', () => {
  it('leaves no request waiting behind a slow one while a lane is free', () => {
    const arrivals = fc.array(
      fc.constantFrom('quick' as const, 'slow' as const, 'release' as const, 'tick' as const),
      {
        maxLength: 60,
      },
    );
    const shape = fc.record({
      processes: fc.integer({ min: 1, max: 3 }),
      threads: fc.integer({ min: 1, max: 4 }),
      lookAhead: fc.integer({ min: 0, max: 8 }),
    });
    fc.assert(
      fc.property(shape, arrivals, (options, happenings) => {
        jest.clearAllTimers();
        const sim = new Simulation({ ...options, recallAfterMs: RECALL_AFTER_MS });
        sim.settle();
        for (const happening of happenings) {
          if (happening === 'tick') sim.live(3);
          else if (happening === 'release') release(sim);
          else sim.arrive(happening);
        }
        sim.live(RECALL_BOUND_MS);
        const free = sim.workers.flatMap(({ lanes }) => lanes).filter(({ running }) => running === null);
        if (free.length > 0) expect(sim.waiting.map(({ id }) => id)).toEqual([]);
        expect(sim.entries.every(({ begunBy }) => begunBy.length <= 1)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('hands a lane no more than the running request and the look-ahead', () => {
    const sim = new Simulation({ lookAhead: 2 });
    sim.settle();
    for (let count = 0; count < 8; count++) sim.arrive('slow');
    sim.pass(0);
    expect(sim.newest.lanes[0]?.waiting).toEqual([0, 1, 2]);
  });

  it('hands nothing ahead to a lane that is known to be slow', () => {
    const sim = new Simulation({ lookAhead: 4 });
    sim.settle();
    sim.arrive('slow');
    sim.arrive();
    sim.live(RECALL_BOUND_MS);
    sim.arrive();
    sim.live(1);
    expect(sim.newest.lanes[0]?.waiting).toEqual([]);
  });

  it('gives requests to processes in turn before it gives them to the threads of one', () => {
    const sim = new Simulation({ processes: 3, threads: 2 });
    sim.settle();
    const entries = Array.from({ length: 6 }, () => sim.arrive('slow'));
    sim.settle();
    const pids = entries.map(({ begunBy }) => begunBy[0]?.pid);
    expect(new Set(pids.slice(0, 3)).size).toBe(3);
    expect(new Set(pids.slice(3)).size).toBe(3);
    sim.slow.clear();
    sim.settle();
    const again = [sim.arrive('slow'), sim.arrive('slow')];
    sim.settle();
    expect(new Set(again.map(({ begunBy }) => begunBy[0]?.pid)).size).toBe(2);
  });

  it('takes a free lane before it hands anything ahead', () => {
    const sim = new Simulation({ processes: 2, threads: 2, lookAhead: 8 });
    sim.settle();
    for (let count = 0; count < 4; count++) sim.arrive('slow');
    sim.settle();
    expect(sim.waiting).toEqual([]);
  });
});

describe('the order of the queue', () => {
  it('is that of arrival on one lane, however often requests are handed ahead and taken back', () => {
    const happenings = fc.array(
      fc.constantFrom('quick' as const, 'slow' as const, 'release' as const, 'tick' as const),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), happenings, (lookAhead, all) => {
        jest.clearAllTimers();
        const sim = new Simulation({ lookAhead, recallAfterMs: RECALL_AFTER_MS });
        sim.settle();
        for (const happening of all) {
          if (happening === 'tick') sim.live(3);
          else if (happening === 'release') release(sim);
          else sim.arrive(happening);
        }
        sim.slow.clear();
        sim.settle();
        expect(sim.begun).toEqual(sim.entries.map(({ id }) => id));
      }),
      { numRuns: 100 },
    );
  });

  it('is kept when several lanes give requests back', () => {
    const sim = new Simulation({ processes: 2, lookAhead: 2, recallAfterMs: RECALL_AFTER_MS });
    sim.settle();
    for (let count = 0; count < 6; count++) sim.arrive('slow');
    for (let count = 0; count < 6; count++) {
      sim.live(RECALL_BOUND_MS);
      release(sim);
    }
    expect(sim.begun).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('is kept when a worker with several lanes dies', () => {
    const sim = new Simulation({ threads: 2, lookAhead: 2, recallAfterMs: 1_000 });
    sim.settle();
    for (let count = 0; count < 6; count++) sim.arrive('slow');
    for (let count = 0; count < 2; count++) sim.arrive();
    sim.settle();
    sim.newest.die();
    sim.pass(0);
    sim.newest.ready();
    [...sim.newest.steps()][0]?.run();
    sim.pass(0);
    expect(sim.newest.lanes.map(({ waiting }) => waiting)).toEqual([
      [2, 4, 6],
      [3, 5, 7],
    ]);
    sim.slow.clear();
    sim.settle();
    expect(sim.entries.map(({ exchange }) => exchange.outcome)).toEqual([
      'SLUICE_WORKER_DIED',
      'SLUICE_WORKER_DIED',
      ...Array<string>(6).fill('complete'),
    ]);
  });
});

describe('a client that has gone', () => {
  it('frees the place of its waiting request, which is not begun', () => {
    const sim = new Simulation({ lookAhead: 2 });
    sim.settle();
    sim.arrive('slow');
    const ahead = sim.arrive();
    sim.settle();
    ahead.exchange.cancel();
    sim.slow.clear();
    sim.settle();
    expect([ahead.exchange.outcome, sim.begun]).toEqual(['cancelled', [0]]);
  });

  it('ends its running request in the worker', () => {
    const sim = new Simulation();
    sim.settle();
    const running = sim.arrive('slow');
    sim.settle();
    running.exchange.cancel();
    sim.settle();
    expect(sim.newest.lanes[0]?.running).toBe(null);
    const next = sim.arrive();
    sim.settle();
    expect(next.exchange.outcome).toBe('complete');
  });
});

/** Lets the oldest slow request finish. */
function release(sim: Simulation): void {
  const [oldest] = sim.slow;
  if (oldest !== undefined) sim.slow.delete(oldest);
}
