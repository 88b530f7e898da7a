// The promise this pool is built around: a request is begun once, never twice, and never forgotten. A tape of random
// numbers decides what happens next; fast-check prints the seed and the shortest tape of a failure.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { exchangeDone, type Outcome } from '../../src/exchange/exchange.ts';
import { type Entry, Simulation, type SimOptions } from '../helpers/simulation.ts';
import type { SimWorker } from '../helpers/sim-worker.ts';

const shapes = fc.record({
  processes: fc.integer({ min: 1, max: 3 }),
  threads: fc.integer({ min: 1, max: 4 }),
  lookAhead: fc.integer({ min: 0, max: 8 }),
  queueLength: fc.constantFrom(2, 1_000),
  reserveLanes: fc.constantFrom(0, null),
});
const tapes = fc.array(fc.nat({ max: 9_999 }), { minLength: 20, maxLength: 300, size: 'max' });
const times = { queueTimeoutMs: 400, requestTimeoutMs: 1_000, recallAfterMs: 5, stuckAfterMs: 50 };

/** What may happen besides the steps of the workers, with a weight. */
const HAPPENINGS: readonly (readonly [weight: number, happen: (sim: Simulation, pick: number) => void])[] = [
  [30, (sim) => void sim.arrive()],
  [10, (sim) => sim.pass(0)],
  [10, (sim, pick) => sim.pass(pick % 12)],
  [1, (sim, pick) => sim.pass(pick % 500)],
  [4, (sim, pick) => pickFrom(sim.pending, pick)?.exchange.cancel()],
  [
    1,
    (sim, pick) =>
      pickFrom(
        sim.workers.filter(({ isDead }) => !isDead),
        pick,
      )?.die(),
  ],
  [1, (sim, pick) => garbage(sim, pick)],
  // Its control thread falls silent, or speaks again, as native code takes the interpreter and lets go of it.
  [2, (sim, pick) => toggleDeafness(pickFrom(sim.workers, pick))],
  [1, (sim, pick) => pickFrom(sim.workers.filter(isStarting), pick)?.failToLoad('no')],
];
/** Those that do no worker any harm. */
const HARMLESS = HAPPENINGS.slice(0, 5);
/** How much likelier a step of a worker is than anything else. */
const STEP_WEIGHT = 60;

/** Ways to end that promise that nothing has been begun. */
const REFUSED_UNRUN: readonly Outcome[] = [
  'SLUICE_QUEUE_FULL',
  'SLUICE_QUEUE_TIMEOUT',
  'SLUICE_STOPPING',
  'SLUICE_APPLICATION_NOT_LOADED',
];
/** Ways to end that leave open whether it was begun. */
const LOST_WITH_WORKER: readonly Outcome[] = [
  'SLUICE_WORKER_DIED',
  'SLUICE_WORKER_PROTOCOL',
  'SLUICE_WORKER_STUCK',
  'SLUICE_REQUEST_TIMEOUT',
];

let published: number[] = [];
const publish = (message: unknown): void => void published.push((message as { id: number }).id);

beforeEach(() => {
  jest.useFakeTimers();
  published = [];
  exchangeDone.subscribe(publish);
});
afterEach(() => {
  exchangeDone.unsubscribe(publish);
  jest.useRealTimers();
});

describe('whatever happens to the workers', () => {
  it('ends every request exactly once and begins none twice', () => {
    fc.assert(
      fc.property(shapes, tapes, (shape, tape) => {
        const sim = play({ ...shape, ...times }, tape, HAPPENINGS);
        sim.runOut(3_000);
        expect(sim.pending.map(({ id }) => id)).toEqual([]);
        for (const entry of sim.entries) check(entry);
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  it('answers every request that was accepted before stop(), if the workers live', () => {
    fc.assert(
      fc.property(shapes, tapes, (shape, tape) => {
        const patient = { ...times, requestTimeoutMs: 600_000, queueTimeoutMs: 600_000 };
        const sim = play({ ...shape, ...patient }, tape, HARMLESS);
        const accepted = sim.pending;
        void sim.pool.stop();
        const late = sim.arrive();
        sim.runOut(8_000);
        sim.settle();
        expect(late.exchange.outcome).toBe('SLUICE_STOPPING');
        for (const entry of sim.entries) check(entry);
        expect(accepted.filter(({ exchange }) => exchange.outcome !== 'complete')).toEqual([]);
        expect(sim.workers.filter(({ isDead }) => !isDead)).toEqual([]);
      }),
      { numRuns: 80, endOnFailure: true },
    );
  });
});

function toggleDeafness(worker: SimWorker | undefined): void {
  if (worker) worker.isDeaf = !worker.isDeaf;
}

/** Runs a tape: each number picks a step of a worker, or something else that happens. */
function play(options: SimOptions, tape: readonly number[], happenings: typeof HAPPENINGS): Simulation {
  jest.clearAllTimers();
  const sim = new Simulation(options);
  const total = happenings.reduce((sum, [weight]) => sum + weight, 0);
  for (const number of tape) {
    const steps = sim.steps();
    const choice = number % (total + (steps.length > 0 ? STEP_WEIGHT : 0));
    if (choice >= total) {
      pickFrom(steps, Math.floor(number / 7))?.run();
      continue;
    }
    let rest = choice;
    const [, happen] = happenings.find(([weight]) => (rest -= weight) < 0) ?? [];
    happen?.(sim, Math.floor(number / 13));
  }
  return sim;
}

function check({ id, exchange, reply, begunBy }: Entry): void {
  const what = `request ${id}: ${exchange.outcome}, begun ${begunBy.length} times`;
  expect([what, published.filter((done) => done === exchange.id).length]).toEqual([what, 1]);
  expect([what, begunBy.length <= 1]).toEqual([what, true]);
  const wasRun = begunBy.length === 1;
  if (exchange.outcome === 'complete') {
    expect([what, wasRun, reply.ending, reply.text]).toEqual([what, true, 'complete', String(id)]);
  } else if (exchange.outcome === 'cancelled') {
    expect([what, reply.ending]).toEqual([what, null]);
  } else if (exchange.outcome !== null && REFUSED_UNRUN.includes(exchange.outcome)) {
    expect([what, wasRun]).toEqual([what, false]);
  } else {
    expect(LOST_WITH_WORKER).toContain(exchange.outcome);
  }
}

function garbage(sim: Simulation, pick: number): void {
  const worker = pickFrom(
    sim.workers.filter(({ isServing }) => isServing),
    pick,
  );
  worker?.sendGarbage(pick % 3 === 0 ? null : (pickFrom(worker.lanes, pick) ?? null));
}

function isStarting({ isReady, isDead }: SimWorker): boolean {
  return !isReady && !isDead;
}

function pickFrom<T>(items: readonly T[], pick: number): T | undefined {
  return items[pick % items.length];
}
