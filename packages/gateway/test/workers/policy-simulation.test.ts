// What the policy does for quick requests beside slow ones, against plain first come, first served, in simulated time.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Dispatch } from '../../src/backends/workers/dispatch.ts';
import { type Dispatcher, PlainFifo } from '../helpers/plain-fifo.ts';
import {
  type Job,
  PolicySimulation,
  RECALL_AFTER_MS,
  type SimulatedLane,
} from '../helpers/policy-simulation.ts';
import { markdownTable, percentile } from '../helpers/simulated-results.ts';
import { burstTraffic, closedTraffic, openTraffic } from '../helpers/traffic.ts';

const END_MS = 60_000;
const QUEUE_TIMEOUT_MS = 5_000;
const QUEUE_LENGTH = 128;
const LANES = 4;
const QUICK = { path: '/quick', perSecond: 200, takesMs: 2, untilMs: END_MS, seed: 1 };
const SLOW = { path: '/report', takesMs: 2_000, untilMs: END_MS };
/** Slow requests that so many lanes can do: each begins and ends within the run. */
const doneBy = (lanes: number): number => (lanes * END_MS) / SLOW.takesMs;

interface Mix {
  readonly name: string;
  readonly start: (sim: PolicySimulation) => void;
}

const slowClients = (clients: number): Mix => ({
  name: `${clients} clients, each always with a slow request`,
  start: (sim) => {
    openTraffic(sim, QUICK);
    closedTraffic(sim, { ...SLOW, clients });
  },
});

const MIXES = {
  quickOnly: { name: 'no slow requests', start: (sim) => openTraffic(sim, QUICK) },
  three: slowClients(3),
  four: slowClients(4),
  forty: slowClients(40),
  bursts: {
    name: '8 such clients; the quick requests come 50 at once, every 4 s',
    start: (sim) => {
      burstTraffic(sim, { path: '/quick', size: 50, everyMs: 4_000, takesMs: 2, untilMs: END_MS });
      closedTraffic(sim, { ...SLOW, clients: 8 });
    },
  },
  full: {
    name: '40 such clients; 420 quick requests/s, 84 % of what one lane can do',
    start: (sim) => {
      openTraffic(sim, { ...QUICK, perSecond: 420 });
      closedTraffic(sim, { ...SLOW, clients: 40 });
    },
  },
  crowded: {
    name: '8 such clients; 600 quick requests/s, 120 % of it',
    start: (sim) => {
      openTraffic(sim, { ...QUICK, perSecond: 600 });
      closedTraffic(sim, { ...SLOW, clients: 8 });
    },
  },
  changing: {
    name: 'a second route, quick at first, takes 2 s from second 20 to 40',
    start: (sim) => {
      openTraffic(sim, QUICK);
      const takesMs = (nowMs: number): number => (nowMs >= 20_000 && nowMs < 40_000 ? 2_000 : 2);
      openTraffic(sim, { path: '/changing', perSecond: 3, takesMs, untilMs: END_MS, seed: 2 });
    },
  },
  slowOnly: {
    name: '8 such clients, no quick requests',
    start: (sim) => closedTraffic(sim, { ...SLOW, clients: 8 }),
  },
} as const satisfies Record<string, Mix>;

interface Result {
  readonly quick: readonly Job[];
  readonly slow: readonly Job[];
}

interface Results {
  readonly fifo: Result;
  readonly policy: Result;
}

const results = new Map<Mix, Results>();

function resultsOf(mix: Mix): Results {
  const known = results.get(mix);
  if (known) return known;
  const both = {
    fifo: simulate(mix.start, new PlainFifo(QUEUE_LENGTH)),
    policy: simulate(mix.start, policy()),
  };
  results.set(mix, both);
  return both;
}

function policy(): Dispatch<SimulatedLane> {
  const limits = { queueLength: QUEUE_LENGTH, queueTimeoutMs: QUEUE_TIMEOUT_MS };
  return new Dispatch({ ...limits, lookAhead: 8, recallAfterMs: RECALL_AFTER_MS });
}

function simulate(start: Mix['start'], dispatcher: Dispatcher): Result {
  const sim = new PolicySimulation({ laneCount: LANES, queueTimeoutMs: QUEUE_TIMEOUT_MS, dispatcher });
  start(sim);
  sim.events.runUntil(END_MS);
  const over = sim.jobs.filter(({ endedMs }) => endedMs !== null);
  return {
    quick: over.filter(({ path }) => path === '/quick'),
    slow: over.filter(({ path }) => path !== '/quick'),
  };
}

describe('a quick request', () => {
  it('is as quick as in a plain queue while there are no slow ones', () => {
    const { fifo, policy } = resultsOf(MIXES.quickOnly);
    expect(percentile(policy.quick, 99)).toBeLessThan(percentile(fifo.quick, 99) * 1.01);
    expect(refused(policy.quick)).toBe(0);
  });

  it('is as quick as in a plain queue while slow ones hold all lanes but one', () => {
    const { fifo, policy } = resultsOf(MIXES.three);
    expect(percentile(policy.quick, 99)).toBeLessThan(percentile(fifo.quick, 99) * 1.2);
    expect(refused(policy.quick)).toBe(0);
  });

  it.each([MIXES.four, MIXES.forty])('is quick while slow ones want every lane: $name', (mix) => {
    const { fifo, policy } = resultsOf(mix);
    expect(percentile(policy.quick, 99)).toBeLessThan(20);
    expect(percentile(fifo.quick, 99)).toBeGreaterThan(1_500);
    expect(refused(policy.quick)).toBe(0);
  });

  it('is quick also if slow ones that nobody knows come all at once, while every lane is busy', () => {
    const { quick } = simulate((sim) => {
      openTraffic(sim, QUICK);
      sim.events.at(3_000, () => {
        for (let count = 0; count < 12; count++) sim.arrive('/quick', 2);
        for (let count = 0; count < 8; count++) sim.arrive(SLOW.path, SLOW.takesMs);
      });
    }, policy());
    expect(percentile(quick, 99.9)).toBeLessThan(30);
  });

  it('is quick also if both kinds come again at the same moment, after a quiet minute', () => {
    const { quick } = simulate((sim) => {
      const come = (fromMs: number, slow: number): void => {
        openTraffic(sim, { ...QUICK, fromMs, untilMs: fromMs + 10_000 });
        sim.events.at(fromMs + 20, () => {
          for (let count = 0; count < slow; count++) sim.arrive(SLOW.path, SLOW.takesMs);
        });
      };
      come(0, 1);
      come(40_000, 4);
    }, policy());
    expect(percentile(quick, 99.9)).toBeLessThan(30);
  });

  it('is quick again as soon as one of its kind that took long has ended', () => {
    let isFirst = true;
    const takesMs = (nowMs: number): number => {
      if (nowMs < 10_000 || !isFirst) return QUICK.takesMs;
      isFirst = false;
      return 400;
    };
    const { quick } = simulate((sim) => {
      openTraffic(sim, { ...QUICK, takesMs, spread: 0 });
      closedTraffic(sim, { ...SLOW, clients: 40 });
    }, policy());
    expect(refused(quick)).toBe(0);
    expect(percentile(quick, 100)).toBeLessThan(600);
    expect(
      percentile(
        quick.filter(({ arrivedMs }) => arrivedMs > 11_000),
        100,
      ),
    ).toBeLessThan(30);
  });

  it('is quick while it needs more than the reserve: that grows', () => {
    const { quick } = resultsOf(MIXES.crowded).policy;
    const later = quick.filter(({ arrivedMs }) => arrivedMs > 5_000);
    expect(percentile(later, 99.9)).toBeLessThan(50);
    expect(refused(later)).toBe(0);
  });

  it('finds a lane also if it comes in a burst after a pause', () => {
    const { policy } = resultsOf(MIXES.bursts);
    const ideal = 50 * 2;
    expect(percentile(policy.quick, 99)).toBeLessThanOrEqual(ideal * 1.1);
    expect(refused(policy.quick)).toBe(0);
  });

  it('goes on being quick when another route becomes slow, and nothing of it is left when that ends', () => {
    const { fifo, policy } = resultsOf(MIXES.changing);
    expect(percentile(policy.quick, 99)).toBeLessThan(20);
    expect(percentile(fifo.quick, 99)).toBeGreaterThan(1_000);
    const after = policy.slow.filter(({ arrivedMs }) => arrivedMs > 50_000);
    expect(after.length).toBeGreaterThan(10);
    expect(percentile(after, 100)).toBeLessThan(20);
  });
});

describe('slow requests', () => {
  it('are served all the time on all lanes that are not kept', () => {
    for (const mix of [MIXES.four, MIXES.forty]) {
      const { policy } = resultsOf(mix);
      expect(done(policy.slow)).toBeGreaterThan(doneBy(LANES - 1) * 0.9);
      expect(longestPauseMs(policy.slow)).toBeLessThanOrEqual(SLOW.takesMs * 1.1);
    }
  });

  it.each([MIXES.full, MIXES.crowded])(
    'have half of the lanes however much quick ones need: $name',
    (mix) => {
      const { policy } = resultsOf(mix);
      expect(done(policy.slow)).toBeGreaterThan(doneBy(LANES / 2) * 0.9);
      expect(longestPauseMs(policy.slow)).toBeLessThanOrEqual(SLOW.takesMs * 1.1);
    },
  );

  it('have all lanes if there are no quick ones, when nothing is unknown any more', () => {
    const { policy } = resultsOf(MIXES.slowOnly);
    expect(done(policy.slow)).toBeGreaterThan(doneBy(LANES) * 0.9);
  });

  it('have all lanes again ten seconds after the last quick one', () => {
    const sim = simulate((started) => {
      openTraffic(started, { ...QUICK, untilMs: 20_000 });
      closedTraffic(started, { ...SLOW, clients: 8 });
    }, policy());
    const begun = (fromMs: number, untilMs: number): number =>
      sim.slow.filter(({ startedMs }) => startedMs !== null && startedMs >= fromMs && startedMs < untilMs)
        .length;
    expect([begun(10_000, 20_000), begun(40_000, 50_000)]).toEqual([15, 20]);
    expect(begun(29_000, 32_500)).toBeGreaterThan(6);
  });
});

describe('the table of all mixes', () => {
  it('is the one in the guide', () => {
    const rows = Object.values(MIXES).map((mix) => {
      const { fifo, policy } = resultsOf(mix);
      return [mix.name, ...cells(fifo), ...cells(policy)];
    });
    const head = [
      'slow requests beside the quick ones',
      ...HEADS.map((name) => `FIFO: ${name}`),
      ...HEADS.map((name) => `Sluice: ${name}`),
    ];
    const table = markdownTable(head, rows);
    process.stdout.write(`${table}\n`);
    expect(GUIDE).toContain(table);
  });
});

const HEADS = ['quick p50 / p99', 'quick refused', 'slow done'];
const GUIDE = readFileSync(new URL('../../../../docs/guide/slow-requests.md', import.meta.url), 'utf8');

function cells({ quick, slow }: Result): string[] {
  if (quick.length === 0) return ['', '', String(done(slow))];
  const share = (100 * refused(quick)) / quick.length;
  return [
    `${percentile(quick, 50).toFixed(0)} / ${percentile(quick, 99).toFixed(0)} ms`,
    `${share.toFixed(1)} %`,
    String(done(slow)),
  ];
}

/** The longest time in which none of them was begun. */
function longestPauseMs(jobs: readonly Job[]): number {
  const begun = jobs.flatMap(({ startedMs }) => startedMs ?? []).toSorted((a, b) => a - b);
  return Math.max(...begun.map((atMs, place) => atMs - (begun[place - 1] ?? 0)));
}

function done(jobs: readonly Job[]): number {
  return jobs.length - refused(jobs);
}

function refused(jobs: readonly Job[]): number {
  return jobs.filter(({ isRefused }) => isRefused).length;
}
