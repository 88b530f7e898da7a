// How long a request may take: in all, until its first byte, and between two pieces.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { overdueReason, type Timeouts } from '../../src/backends/workers/request-clocks.ts';
import { makeExchange } from '../helpers/exchanges.ts';
import { Simulation } from '../helpers/simulation.ts';

const timeouts: Timeouts = { requestTimeoutMs: 1_000, firstByteTimeoutMs: 300, streamIdleTimeoutMs: 100 };
const started = { ranMs: 200, isReplying: false, silentMs: 200 };

describe('a request', () => {
  it('is overdue when it has run too long, whether it replies or not', () => {
    expect(overdueReason(timeouts, { ranMs: 1_001, isReplying: true, silentMs: 0 })).toContain(
      'request_timeout',
    );
    expect(overdueReason(timeouts, { ranMs: 1_000, isReplying: true, silentMs: 0 })).toBeNull();
  });

  it('is overdue when no reply has begun in time', () => {
    expect(overdueReason(timeouts, started)).toBeNull();
    expect(overdueReason(timeouts, { ...started, ranMs: 301 })).toContain('first_byte_timeout');
    expect(overdueReason({ ...timeouts, firstByteTimeoutMs: null }, { ...started, ranMs: 999 })).toBeNull();
  });

  it('is overdue when its reply does not go on', () => {
    expect(overdueReason(timeouts, { ranMs: 900, isReplying: true, silentMs: 101 })).toContain(
      'stream_idle_timeout',
    );
    expect(overdueReason(timeouts, { ranMs: 900, isReplying: true, silentMs: 99 })).toBeNull();
  });
});

describe('a pool with clocks', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('answers 504 when no reply begins, and replaces the worker', () => {
    const sim = new Simulation({ firstByteTimeoutMs: 500 });
    sim.settle();
    const stuck = sim.arrive('slow');
    sim.live(700);
    expect([stuck.exchange.outcome, stuck.exchange.status]).toEqual(['SLUICE_REQUEST_TIMEOUT', 504]);
    expect(sim.endings[0]?.reason).toContain('first_byte_timeout');
    expect(sim.workers.map(({ isDead }) => isDead)).toEqual([true, false]);
  });

  it('aborts a reply that does not go on, but not one whose client does not take it', () => {
    const sim = new Simulation({ streamIdleTimeoutMs: 500, threads: 2 });
    sim.settle();
    const [silent, slowClient] = [sim.arrive('slow'), sim.arrive('slow')];
    slowClient.reply.isWritable = false;
    sim.settle();
    for (const lane of sim.newest.lanes) lane.beginResponse();
    sim.live(800);
    expect([silent.exchange.outcome, silent.reply.ending]).toEqual(['SLUICE_REQUEST_TIMEOUT', 'aborted']);
    expect(slowClient.exchange.outcome).toBeNull();
  });

  it('does not count the time before a reply as silence within it', () => {
    const sim = new Simulation({ streamIdleTimeoutMs: 500 });
    sim.settle();
    const late = sim.arrive('slow');
    sim.live(2_000);
    sim.newest.lanes[0]?.beginResponse();
    sim.live(300);
    expect(late.exchange.outcome).toBeNull();
    sim.slow.clear();
  });

  it('lets a route have timeouts of its own', () => {
    const sim = new Simulation({ requestTimeoutMs: 1_000, processes: 2 });
    sim.settle();
    const usual = sim.arrive('slow');
    const patient = makeExchange({ variables: { ID: '999' } });
    const own = { requestTimeoutMs: 5_000, firstByteTimeoutMs: null, streamIdleTimeoutMs: null };
    sim.slow.add(999);
    sim.pool.withTimeouts(own).handle(patient.exchange);
    sim.live(1_500);
    expect([usual.exchange.outcome, patient.exchange.outcome]).toEqual(['SLUICE_REQUEST_TIMEOUT', null]);
    sim.live(4_000);
    expect(patient.exchange.outcome).toBe('SLUICE_REQUEST_TIMEOUT');
  });

  it('ends a stuck worker as soon as its other requests have finished', () => {
    const sim = new Simulation({ requestTimeoutMs: 1_000, threads: 2 });
    sim.settle();
    sim.arrive('slow');
    sim.live(900);
    const neighbour = sim.arrive('slow');
    sim.live(400);
    expect(sim.workers[0]?.isDead).toBe(false);
    sim.slow.delete(neighbour.id);
    sim.live(200);
    expect([neighbour.exchange.outcome, sim.workers[0]?.isDead]).toEqual(['complete', true]);
  });
});
