// The queue of a pool has a length and an age, both enforced while requests wait.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BodyStream } from '../../src/exchange/body.ts';
import { makeExchange } from '../helpers/exchanges.ts';
import { RecordingSource } from '../helpers/body-readers.ts';
import { Simulation } from '../helpers/simulation.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the length of the queue', () => {
  it('refuses the first request too many at once, with Retry-After', () => {
    const sim = busy({ queueLength: 2 });
    const waiting = [sim.arrive(), sim.arrive()];
    const refused = sim.arrive();
    expect(refused.exchange.outcome).toBe('SLUICE_QUEUE_FULL');
    expect(refused.reply.sentHead?.get('retry-after')).toBe('1');
    expect(waiting.map(({ exchange }) => exchange.outcome)).toEqual([null, null]);
  });

  it('has room again when a client that waited has gone', () => {
    const sim = busy({ queueLength: 1 });
    sim.arrive().exchange.cancel();
    const next = sim.arrive();
    expect(next.exchange.isDone).toBe(false);
    sim.slow.clear();
    sim.settle();
    expect([next.exchange.outcome, sim.begun]).toEqual(['complete', [0, 2]]);
  });

  it('of 0 still lets a free lane be used', () => {
    const sim = new Simulation({ queueLength: 0 });
    sim.settle();
    const first = sim.arrive('slow');
    expect(sim.arrive().exchange.outcome).toBe('SLUICE_QUEUE_FULL');
    expect(first.exchange.isDone).toBe(false);
  });
});

describe('the age of a waiting request', () => {
  it('ends it with 503 at the deadline, not when a lane becomes free', () => {
    const sim = busy({ queueTimeoutMs: 500 });
    const waiting = sim.arrive();
    sim.live(499);
    expect(waiting.exchange.isDone).toBe(false);
    sim.live(2);
    expect([waiting.exchange.outcome, waiting.exchange.status]).toEqual(['SLUICE_QUEUE_TIMEOUT', 503]);
    expect(waiting.reply.sentHead?.get('retry-after')).toBe('1');
    expect(waiting.begunBy).toEqual([]);
  });

  it('is counted for each request by itself', () => {
    const sim = busy({ queueTimeoutMs: 500 });
    const early = sim.arrive();
    sim.live(300);
    const late = sim.arrive();
    sim.live(201);
    expect([early.exchange.outcome, late.exchange.outcome]).toEqual(['SLUICE_QUEUE_TIMEOUT', null]);
    sim.live(300);
    expect(late.exchange.outcome).toBe('SLUICE_QUEUE_TIMEOUT');
  });

  it('goes on while the request is handed ahead and given back', () => {
    const sim = new Simulation({ lookAhead: 1, recallAfterMs: 100, queueTimeoutMs: 500 });
    sim.settle();
    sim.arrive('slow');
    const ahead = sim.arrive();
    sim.live(90);
    const queued = sim.arrive();
    sim.live(411);
    expect([ahead.exchange.outcome, queued.exchange.outcome]).toEqual(['SLUICE_QUEUE_TIMEOUT', null]);
  });

  it('begins when the body is complete: a slow upload is not waiting', () => {
    const sim = busy({ queueTimeoutMs: 500 });
    const uploading = makeExchange({ variables: { ID: '1' } });
    sim.live(600);
    sim.pool.handle(uploading.exchange);
    sim.live(499);
    expect(uploading.exchange.isDone).toBe(false);
    sim.live(2);
    expect(uploading.exchange.outcome).toBe('SLUICE_QUEUE_TIMEOUT');
  });

  it('applies while no worker is ready yet', () => {
    const sim = new Simulation({ queueTimeoutMs: 500 });
    const waiting = sim.arrive();
    sim.pass(501);
    expect(waiting.exchange.outcome).toBe('SLUICE_QUEUE_TIMEOUT');
  });
});

describe('a request with a streamed body', () => {
  it('waits for a lane of its own instead of being handed ahead', () => {
    const sim = new Simulation({ lookAhead: 4 });
    sim.settle();
    sim.arrive('slow');
    const body = new BodyStream(new RecordingSource(), null);
    const streamed = makeExchange({ variables: { ID: '1' }, body });
    sim.pool.handle(streamed.exchange);
    expect(sim.workers[0]?.lanes[0]?.mayBegin).toBe(false);
    expect(streamed.exchange.startedMs).toBe(0);
  });
});

/** A pool of one lane, which is taken by a request that does not end. */
function busy(options: { readonly queueLength?: number; readonly queueTimeoutMs?: number }): Simulation {
  const sim = new Simulation(options);
  sim.settle();
  sim.arrive('slow');
  sim.settle();
  return sim;
}
