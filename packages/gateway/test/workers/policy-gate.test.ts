// The policy at work in a pool: what is kept, who is refused and when, and what a request is told of its wait.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { arriveFor } from '../helpers/paths.ts';
import { type Entry, type SimOptions, Simulation } from '../helpers/simulation.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the reserve of a pool', () => {
  it('keeps the last lane from slow requests, and gives it to a quick one at once', () => {
    const { sim, slow } = slowOnThreeOfFour();
    const kept = arriveFor(sim, '/report', 'slow');
    sim.live(50);
    expect([slow.every(isBegun), isBegun(kept)]).toEqual([true, false]);
    const quick = arriveFor(sim, '/quick');
    sim.settle();
    expect(quick.exchange.outcome).toBe('complete');
  });

  it('lets a slow request go when another has ended', () => {
    const { sim, slow } = slowOnThreeOfFour();
    const kept = arriveFor(sim, '/report', 'slow');
    sim.slow.delete(slow[0]?.id ?? -1);
    sim.settle();
    expect(isBegun(kept)).toBe(true);
  });

  it('is given up when no quick request has come for ten seconds, though nothing else happens', () => {
    const { sim } = slowOnThreeOfFour();
    const kept = arriveFor(sim, '/report', 'slow');
    sim.live(9_000);
    expect(isBegun(kept)).toBe(false);
    sim.live(1_200);
    expect(isBegun(kept)).toBe(true);
  });

  it('does not keep a slow request beyond its deadline', () => {
    const { sim } = slowOnThreeOfFour({ queueTimeoutMs: 2_000 });
    const kept = arriveFor(sim, '/report', 'slow');
    sim.live(1_999);
    expect(kept.exchange.isDone).toBe(false);
    sim.live(2);
    expect([kept.exchange.outcome, kept.begunBy.length]).toEqual(['SLUICE_QUEUE_TIMEOUT', 0]);
  });

  it('keeps a place in the queue as well', () => {
    const { sim } = slowOnThreeOfFour({ queueLength: 4 });
    const slow = [1, 2, 3, 4].map(() => arriveFor(sim, '/report', 'slow'));
    expect(slow.map(({ exchange }) => exchange.outcome)).toEqual([null, null, null, 'SLUICE_QUEUE_FULL']);
    const quick = [arriveFor(sim, '/quick', 'slow'), arriveFor(sim, '/quick')];
    expect(quick.map(({ exchange }) => exchange.outcome)).toEqual([null, null]);
  });

  it('is for everybody where it is configured to be none', () => {
    const { sim } = slowOnThreeOfFour({ reserveLanes: 0 });
    const slow = arriveFor(sim, '/report', 'slow');
    sim.settle();
    expect(isBegun(slow)).toBe(true);
  });

  it('is for paths that are configured to be quick, and against those that are configured to be slow', () => {
    const { sim } = slowOnThreeOfFour({ quickPaths: ['/report/status'], slowPaths: ['/new'] });
    const [kept, quick] = [arriveFor(sim, '/new/export'), arriveFor(sim, '/report/status')];
    sim.settle();
    expect([isBegun(kept), quick.exchange.outcome]).toEqual([false, 'complete']);
  });
});

describe('what requests have taken', () => {
  it('decides who gets the last lane', () => {
    const sim = new Simulation({ processes: 4, reserveLanes: null });
    sim.settle();
    takeAWhile(sim, '/report', 2_000);
    for (let count = 0; count < 20; count++) takeAWhile(sim, '/quick', 5);
    const slow = [1, 2, 3, 4].map(() => arriveFor(sim, '/report', 'slow'));
    const quick = arriveFor(sim, '/quick');
    sim.settle();
    expect(slow.map(isBegun)).toEqual([true, true, true, false]);
    expect(quick.exchange.outcome).toBe('complete');
  });

  it('decides how many requests are handed ahead, and behind which', () => {
    const sim = new Simulation({ lookAhead: 8, recallAfterMs: 5 });
    sim.settle();
    for (let count = 0; count < 60; count++) takeAWhile(sim, `/each-${'x'.repeat(count)}`, 2);
    for (let count = 0; count < 6; count++) arriveFor(sim, '/other', 'slow');
    sim.pass(0);
    expect(sim.newest.lanes[0]?.waiting.length).toBe(1 + 2);
  });

  it('keeps requests from being handed ahead to a slow one from the first moment', () => {
    const sim = new Simulation({ lookAhead: 8, recallAfterMs: 5 });
    sim.settle();
    for (let count = 0; count < 5; count++) takeAWhile(sim, '/page', 50);
    arriveFor(sim, '/page', 'slow');
    arriveFor(sim, '/quick');
    sim.pass(0);
    expect(sim.newest.lanes[0]?.waiting.length).toBe(1);
  });
});

describe('under overload, a lane', () => {
  it('is handed its next request shortly before the running one is known to end', () => {
    const { sim, waiting } = crowdOf(20);
    sim.pass(12);
    expect(waiting()).toEqual(1);
    sim.pass(6);
    expect(waiting()).toEqual(2);
  });

  it('has it taken back when the running one does not end', () => {
    const { sim, waiting } = crowdOf(20);
    sim.settle();
    sim.pass(18);
    expect(waiting()).toEqual(1);
    sim.live(12);
    expect(waiting()).toEqual(0);
    expect(sim.entries.every(({ begunBy }) => begunBy.length <= 1)).toBe(true);
  });

  it('is handed nothing where it is not known when the running one ends', () => {
    const { sim, waiting } = crowdOf(20, (count) => (count % 2) * 30);
    for (let passed = 0; passed < 60; passed++) {
      sim.pass(1);
      expect(waiting()).toBeLessThan(2);
    }
  });

  it('is handed nothing if few wait: another lane may be free sooner', () => {
    const { sim, waiting } = crowdOf(20, () => 0, 1);
    for (let passed = 0; passed < 60; passed++) {
      sim.pass(1);
      expect(waiting()).toBeLessThan(2);
    }
  });

  it('is handed nothing where nothing may be handed ahead', () => {
    const { sim, waiting } = crowdOf(20, () => 0, 8, { lookAhead: 0 });
    sim.pass(18);
    expect(waiting()).toBe(1);
  });
});

describe('a request that has waited', () => {
  it('is told how long in its variables, and one that has not waited is not', () => {
    const sim = new Simulation();
    sim.settle();
    const first = sim.arrive('slow');
    const second = sim.arrive();
    sim.live(1_234);
    sim.slow.clear();
    sim.settle();
    expect(first.exchange.variables.get('sluice.queue_ms')).toBe(undefined);
    expect(Number(second.exchange.variables.get('sluice.queue_ms'))).toBeCloseTo(1_234, 0);
    expect(second.exchange.outcome).toBe('complete');
  });

  it('is served before those who came earlier when the queue is overloaded, and they end at their deadline', () => {
    const sim = new Simulation({ queueTimeoutMs: 1_000, slowAfterMs: 60_000 });
    sim.settle();
    sim.arrive('slow');
    const waiting: Entry[] = [];
    for (let count = 0; count < 6; count++) {
      waiting.push(sim.arrive('slow'));
      sim.live(100);
    }
    const [oldest, newest] = [waiting[0], waiting.at(-1)];
    sim.slow.delete(0);
    sim.settle();
    expect([newest, oldest].map((entry) => entry && isBegun(entry))).toEqual([true, false]);
    sim.live(399);
    expect(oldest?.exchange.outcome).toBe(null);
    sim.live(2);
    expect(oldest?.exchange.outcome).toBe('SLUICE_QUEUE_TIMEOUT');
  });
});

describe('requests of every kind', () => {
  it('end exactly once and are begun at most once, whatever is kept, and all of them in the end', () => {
    const happenings = fc.array(
      fc.record({
        what: fc.constantFrom('arrive', 'arrive', 'arrive', 'release', 'cancel', 'pass'),
        path: fc.constantFrom('/quick', '/report', '/either/7', '/configured'),
        isSlow: fc.boolean(),
        pick: fc.nat({ max: 99 }),
      }),
      { maxLength: 80 },
    );
    const shape = fc.record({
      processes: fc.integer({ min: 1, max: 5 }),
      lookAhead: fc.integer({ min: 0, max: 8 }),
      queueLength: fc.constantFrom(3, 1_000),
      reserveLanes: fc.constantFrom(null, 0, 2),
    });
    fc.assert(
      fc.property(shape, happenings, (options, all) => {
        jest.clearAllTimers();
        const sim = new Simulation({ ...options, slowPaths: ['/configured'] });
        sim.settle();
        for (const { what, path, isSlow, pick } of all) {
          if (what === 'arrive') arriveFor(sim, path, isSlow ? 'slow' : 'quick');
          else if (what === 'release') sim.slow.delete([...sim.slow][pick % sim.slow.size] ?? -1);
          else if (what === 'cancel') sim.pending[pick % sim.pending.length]?.exchange.cancel();
          else sim.live(pick * 5);
        }
        sim.slow.clear();
        sim.live(100);
        expect(sim.pending.map(({ id }) => id)).toEqual([]);
        for (const { begunBy, exchange } of sim.entries) {
          expect(begunBy.length).toBeLessThanOrEqual(1);
          if (exchange.outcome === 'complete') expect(begunBy.length).toBe(1);
          else expect(['cancelled', 'SLUICE_QUEUE_FULL']).toContain(exchange.outcome);
        }
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});

/** Three slow requests have run on four lanes for long enough to be known as slow, and quick ones have come and gone. */
function slowOnThreeOfFour(options: ConstructorParameters<typeof Simulation>[0] = {}): {
  sim: Simulation;
  slow: Entry[];
} {
  const sim = new Simulation({ processes: 4, lookAhead: 4, reserveLanes: null, ...options });
  sim.settle();
  const slow = [1, 2, 3].map(() => arriveFor(sim, '/report', 'slow'));
  for (let count = 0; count < 10; count++) {
    arriveFor(sim, '/quick');
    sim.live(30);
  }
  return { sim, slow };
}

/** A request for this path runs for so long and ends. */
function takeAWhile(sim: Simulation, path: string, milliseconds: number): void {
  const { id } = arriveFor(sim, path, 'slow');
  sim.live(milliseconds);
  sim.slow.delete(id);
  sim.settle();
}

function isBegun({ begunBy }: Entry): boolean {
  return begunBy.length > 0;
}

/** One lane, a route whose requests have taken so long, one of it that runs and does not end, and others that wait. */
function crowdOf(
  tookMs: number,
  moreMs: (count: number) => number = () => 0,
  size: number = 8,
  options: SimOptions = {},
): { readonly sim: Simulation; readonly waiting: () => number | undefined } {
  const sim = new Simulation({ lookAhead: 8, recallAfterMs: 5, ...options });
  sim.settle();
  for (let count = 0; count < 40; count++) takeAWhile(sim, '/page', tookMs + moreMs(count));
  for (let count = 0; count <= size; count++) arriveFor(sim, '/page', 'slow');
  sim.pass(0);
  return { sim, waiting: () => sim.newest.lanes[0]?.waiting.length };
}
