// What overload does to a pool and how soon it is over, against plain first come, first served, in simulated time.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Dispatch } from '../../src/backends/workers/dispatch.ts';
import { type Dispatcher, PlainFifo } from '../helpers/plain-fifo.ts';
import { type Job, PolicySimulation, RECALL_AFTER_MS } from '../helpers/policy-simulation.ts';
import { latencyMs, markdownTable } from '../helpers/simulated-results.ts';
import { openTraffic } from '../helpers/traffic.ts';

const QUEUE_LENGTH = 128;
const LONG_QUEUE_LENGTH = 1_024;
const QUEUE_TIMEOUT_MS = 5_000;
/** 4 lanes do 40 of these in a second. */
const TAKES_MS = 100;
const OVERLOAD_UNTIL_MS = 20_000;
const END_MS = 40_000;
/** Clients give up after this, and nobody tells the gateway. */
const PATIENCE_MS = 2_000;

describe('three times as many requests as the lanes can do, for 20 s, then half as many', () => {
  const [fifo, policy] = [new PlainFifo(QUEUE_LENGTH), dispatch()].map((dispatcher) => overload(dispatcher));

  it('are answered in time as many as the lanes can do, nearly all of them by the end', () => {
    const during = (jobs: readonly Job[] = []): number =>
      jobs.filter((job) => job.arrivedMs < OVERLOAD_UNTIL_MS && isInTime(job)).length;
    const possible = (4 * OVERLOAD_UNTIL_MS) / TAKES_MS;
    expect(during(policy)).toBeGreaterThan(possible * 0.8);
    expect(during(fifo)).toBeLessThan(possible * 0.4);
  });

  it('leave no trace a second after they have become fewer', () => {
    const late = (jobs: readonly Job[] = []): Job[] =>
      jobs.filter((job) => job.arrivedMs > OVERLOAD_UNTIL_MS + 1_000 && latencyMs(job) > 3 * TAKES_MS);
    expect(late(policy).length).toBeLessThan(5);
    expect(late(fifo).length).toBeGreaterThan(50);
  });

  it('end at their deadline if they are passed over', () => {
    const waits = policy?.filter(({ isRefused }) => isRefused).map(latencyMs) ?? [];
    expect(Math.max(...waits)).toBeLessThan(QUEUE_TIMEOUT_MS + 1);
  });
});

describe('the same with a long queue, and with clients that leave it after 2 s', () => {
  const [fifo, policy] = [new PlainFifo(LONG_QUEUE_LENGTH), dispatch(LONG_QUEUE_LENGTH)].map((dispatcher) =>
    overload(dispatcher, PATIENCE_MS),
  );

  it('does little for those who have gone when it ends', () => {
    const forNobody = (jobs: readonly Job[] = []): number =>
      jobs.filter((job) => job.startedMs !== null && latencyMs(job) > PATIENCE_MS).length /
      jobs.filter((job) => job.startedMs !== null).length;
    expect(forNobody(policy)).toBeLessThan(0.05);
    expect(forNobody(fifo)).toBeGreaterThan(0.5);
  });

  it('leaves no trace a second after the requests have become fewer', () => {
    const late = (jobs: readonly Job[] = []): Job[] =>
      jobs.filter((job) => job.arrivedMs > OVERLOAD_UNTIL_MS + 1_000 && latencyMs(job) > 3 * TAKES_MS);
    expect(late(policy?.filter(({ hasLeft }) => !hasLeft)).length).toBeLessThan(5);
  });
});

/** Requests that all take about as long; and what passes until a lane without work has the next one. */
const STEADY = { path: '/steady', takesMs: 10, spread: 0.05, untilMs: OVERLOAD_UNTIL_MS };
const WAKE_UP_MS = 0.8;

describe('three times as many steady requests as four lanes can do', () => {
  const variants = {
    'first come, first served': new PlainFifo(QUEUE_LENGTH),
    'nothing handed ahead': dispatch(QUEUE_LENGTH, 0),
    'handed ahead when a lane is about to be free': dispatch(),
  };
  const shares = Object.entries(variants).map(
    ([name, dispatcher]) => [name, steadyShare(dispatcher)] as const,
  );

  it('are done by lanes that never wait', () => {
    const rows = shares.map(([name, share]) => [name, `${(100 * share).toFixed(1)} %`]);
    const table = markdownTable(['three times capacity', 'of what lanes can do without a pause'], rows);
    process.stdout.write(`${table}\n`);
    expect(GUIDE).toContain(table);
    const [fifo, without, ahead] = shares.map(([, share]) => share);
    expect(fifo).toBeLessThan(0.94);
    expect(without).toBeLessThan(0.94);
    expect(ahead).toBeGreaterThan(0.97);
  });
});

/** The share of the time of four lanes in which they worked, from the time on when everything is known. */
function steadyShare(dispatcher: Dispatcher): number {
  const fromMs = 2_000;
  const done = steady(dispatcher).filter(
    ({ startedMs, endedMs }) => (startedMs ?? 0) > fromMs && (endedMs ?? Infinity) < OVERLOAD_UNTIL_MS,
  );
  const workedMs = done.reduce((sum, { takesMs }) => sum + takesMs, 0);
  return workedMs / (4 * (OVERLOAD_UNTIL_MS - fromMs));
}

function steady(dispatcher: Dispatcher): readonly Job[] {
  const limits = { laneCount: 4, queueTimeoutMs: QUEUE_TIMEOUT_MS };
  const sim = new PolicySimulation({ ...limits, dispatcher, wakeUpMs: WAKE_UP_MS });
  openTraffic(sim, { ...STEADY, perSecond: 1_200, seed: 5 });
  sim.events.runUntil(OVERLOAD_UNTIL_MS);
  return sim.jobs;
}

const GUIDE = readFileSync(new URL('../../../../docs/guide/slow-requests.md', import.meta.url), 'utf8');

function dispatch(queueLength: number = QUEUE_LENGTH, lookAhead: number = 8): Dispatcher {
  const limits = { queueLength, queueTimeoutMs: QUEUE_TIMEOUT_MS };
  return new Dispatch({ ...limits, lookAhead, recallAfterMs: RECALL_AFTER_MS });
}

function overload(dispatcher: Dispatcher, patienceMs: number = Infinity): readonly Job[] {
  const sim = new PolicySimulation({
    laneCount: 4,
    queueTimeoutMs: QUEUE_TIMEOUT_MS,
    dispatcher,
    patienceMs,
  });
  const page = { path: '/page', takesMs: TAKES_MS };
  openTraffic(sim, { ...page, perSecond: 120, untilMs: OVERLOAD_UNTIL_MS, seed: 3 });
  openTraffic(sim, { ...page, perSecond: 20, fromMs: OVERLOAD_UNTIL_MS, untilMs: END_MS, seed: 4 });
  sim.events.runUntil(END_MS + QUEUE_TIMEOUT_MS);
  return sim.jobs;
}

function isInTime(job: Job): boolean {
  return !job.isRefused && latencyMs(job) <= PATIENCE_MS;
}
