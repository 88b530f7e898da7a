// Workers that can do nothing but what they are doing: how they are found, and what becomes of the requests in them.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Simulation, type SimOptions } from '../helpers/simulation.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** One worker that has begun a request and does nothing else from then on. */
function stuckWith(options: SimOptions = {}): Simulation {
  const sim = new Simulation({ queueTimeoutMs: 4_000, ...options });
  sim.settle();
  sim.arrive('slow');
  sim.settle();
  for (const worker of sim.workers) worker.isDeaf = worker.lanes.some(({ running }) => running !== null);
  return sim;
}

describe('a worker that answers nothing', () => {
  it('is told of once, with its stacks, and gets no more requests', () => {
    const sim = stuckWith({ threads: 2 });
    sim.live(1_700);
    expect(sim.stuck).toEqual([1]);
    expect(sim.workers[0]?.stacksCount).toBe(1);
    expect(sim.pool.status().workers[0]?.stuckMs).toBeGreaterThan(1_000);
    const next = sim.arrive();
    sim.live(500);
    expect([next.begunBy, sim.stuck.length]).toEqual([[], 1]);
  });

  it('leaves requests to other workers', () => {
    const sim = stuckWith({ processes: 2, threads: 2 });
    sim.live(1_700);
    const all = [sim.arrive('slow'), sim.arrive('slow')];
    sim.settle();
    expect(all.map(({ begunBy }) => begunBy)).toEqual([[sim.workers[1]], [sim.workers[1]]]);
    sim.slow.clear();
  });

  it('goes on as before when it answers again', () => {
    const sim = stuckWith();
    sim.live(1_700);
    const waiting = sim.arrive();
    sim.newest.isDeaf = false;
    sim.slow.clear();
    sim.live(1);
    expect([sim.unstuck, sim.pool.status().workers[0]?.stuckMs]).toEqual([[1], null]);
    expect([waiting.exchange.outcome, waiting.begunBy]).toEqual(['complete', [sim.workers[0]]]);
  });

  it('may go on as long as a request may, if nobody waits in it', () => {
    const sim = stuckWith({ requestTimeoutMs: 20_000 });
    sim.live(19_000);
    expect(sim.newest.isDead).toBe(false);
    sim.live(1_500);
    expect(sim.entries[0]?.exchange.outcome).toBe('SLUICE_REQUEST_TIMEOUT');
  });

  it('is killed in time for those that wait in it: they run elsewhere, what it runs gets 504', () => {
    const sim = new Simulation({ queueTimeoutMs: 4_000, lookAhead: 2 });
    sim.settle();
    const running = sim.arrive('slow');
    const behind = [sim.arrive(), sim.arrive()];
    sim.settle();
    sim.newest.isDeaf = true;
    sim.live(2_900);
    expect(sim.newest.isDead).toBe(false);
    sim.live(400);
    expect([running.exchange.outcome, running.exchange.status]).toEqual(['SLUICE_WORKER_STUCK', 504]);
    expect(behind.map(({ exchange }) => exchange.outcome)).toEqual(['complete', 'complete']);
    expect(behind.map(({ begunBy }) => begunBy.length)).toEqual([1, 1]);
    expect(sim.endings[0]?.reason).toContain('stuck_timeout');
  });

  it('is killed as early or late as is configured', () => {
    const options = { lookAhead: 2, stuckAfterMs: 200, stuckTimeoutMs: 600 };
    const sim = new Simulation(options);
    sim.settle();
    const [, behind] = [sim.arrive('slow'), sim.arrive()];
    sim.settle();
    sim.newest.isDeaf = true;
    sim.live(450);
    expect([sim.stuck, sim.newest.isDead]).toEqual([[1], false]);
    sim.live(400);
    expect(behind.exchange.outcome).toBe('complete');
  });

  it('is not asked before its time for what has been handed ahead', () => {
    const sim = new Simulation({ lookAhead: 2, recallAfterMs: 5_000, processes: 1 });
    sim.settle();
    sim.arrive('slow');
    const behind = sim.arrive();
    sim.live(2_000);
    expect([behind.begunBy, sim.pool.status().queue.length]).toEqual([[], 0]);
    sim.slow.clear();
    sim.settle();
    expect(behind.exchange.outcome).toBe('complete');
  });

  it('is asked by an idle lane where all others have something to give back', () => {
    const sim = new Simulation({ lookAhead: 2, recallAfterMs: 60_000, threads: 2, queueTimeoutMs: 4_000 });
    sim.settle();
    const all = [sim.arrive('slow'), sim.arrive('slow'), sim.arrive(), sim.arrive()];
    sim.settle();
    const [idle] = all.splice(1, 1);
    sim.slow.delete(idle?.id ?? -1);
    sim.settle();
    sim.newest.isDeaf = true;
    sim.live(1_700);
    expect(sim.stuck).toEqual([1]);
    sim.newest.isDeaf = false;
    sim.slow.clear();
    sim.settle();
    expect(sim.entries.map(({ exchange }) => exchange.outcome)).toEqual(Array(4).fill('complete'));
  });

  it('is not one that answers, however long its requests run', () => {
    const sim = new Simulation({ threads: 2, lookAhead: 2 });
    sim.settle();
    sim.arrive('slow');
    sim.live(10_000);
    expect([sim.stuck, sim.newest.isDead, sim.endings]).toEqual([[], false, []]);
    sim.slow.clear();
    sim.settle();
    expect(sim.entries[0]?.exchange.outcome).toBe('complete');
  });
});

describe('a worker that leaves', () => {
  it('is asked again for what was on its way when it was recalled', async () => {
    const sim = new Simulation({ lookAhead: 2, recallAfterMs: 60_000 });
    sim.settle();
    const [old] = sim.workers;
    const [lane] = old?.lanes ?? [];
    const running = sim.arrive('slow');
    const first = sim.arrive();
    sim.pass(0);
    if (!lane) throw new Error('there is no lane');
    lane.isFull = true;
    const second = sim.arrive();
    sim.settle();
    const reloading = sim.pool.reload();
    sim.settle();
    await reloading;
    expect([first.exchange.outcome, second.exchange.outcome]).toEqual(['complete', null]);
    lane.makeRoom();
    sim.live(200);
    expect([second.exchange.outcome, second.begunBy]).toEqual(['complete', [sim.newest]]);
    expect([running.exchange.outcome, old?.isDead]).toEqual([null, false]);
    sim.slow.clear();
    sim.settle();
    expect([running.exchange.outcome, old?.isDead]).toEqual(['complete', true]);
  });
});
