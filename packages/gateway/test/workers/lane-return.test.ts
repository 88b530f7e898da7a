// Requests that leave a lane without an answer: given back by the worker, or left behind by its death.
import { describe, expect, it } from '@jest/globals';
import { FLAG, WireError } from '../../src/backends/workers/frames.ts';
import { makeExchange } from '../helpers/exchanges.ts';
import { LaneBench } from '../helpers/lane-bench.ts';

describe('requests given back', () => {
  it('leave the lane in the order named, and the rest goes on', () => {
    const { bench, exchanges } = laneWith(4);
    expect(bench.lane.takeBack([2, 3])).toEqual([exchanges[1], exchanges[2]]);
    bench.respond(1);
    bench.respond(4);
    expect(exchanges.map((exchange) => exchange?.outcome)).toEqual(['complete', null, null, 'complete']);
  });

  it('may include the first, if the worker has not begun it', () => {
    const { bench, exchanges } = laneWith(2);
    expect(bench.lane.takeBack([1, 2])).toEqual(exchanges);
    expect([bench.lane.load, bench.lane.running]).toEqual([0, null]);
  });

  it('have not been begun, whatever was thought of the first', () => {
    const { bench } = laneWith(2);
    expect(bench.lane.running?.startedMs).toBeGreaterThan(0);
    expect(bench.lane.takeBack([1, 2]).map(({ startedMs }) => startedMs)).toEqual([0, 0]);
  });

  it('have no holder until somebody takes them', () => {
    const { bench } = laneWith(2);
    expect(bench.lane.takeBack([2]).map(({ holder }) => holder)).toEqual([null]);
  });

  it.each([
    ['a request that is not there', [2, 9]],
    ['a request twice', [2, 2]],
  ])('are refused as a whole if the worker names %s: none is lost', (_name, tags) => {
    const { bench, exchanges } = laneWith(3);
    expect(() => bench.lane.takeBack(tags)).toThrow(WireError);
    const { begun, waiting } = bench.lane.abandon();
    expect([begun, ...waiting]).toEqual(exchanges);
  });

  it('cannot include one whose response has begun', () => {
    const { bench } = laneWith(2);
    bench.respond(1, 'some', 0);
    expect(() => bench.lane.takeBack([1, 2])).toThrow(WireError);
  });
});

describe('looking ahead', () => {
  it('is over once the response of the running request has begun, until the next one runs', () => {
    const { bench } = laneWith(2);
    expect(bench.lane.mayLookAhead).toBe(true);
    bench.respond(1, 'some', 0);
    expect(bench.lane.mayLookAhead).toBe(false);
    bench.respondMore(1, '', FLAG.end);
    expect(bench.lane.mayLookAhead).toBe(true);
  });

  it('is over once the running request was slow enough for a recall, until the next one runs', () => {
    const { bench } = laneWith(2);
    bench.lane.isRecalling = true;
    expect(bench.lane.mayLookAhead).toBe(false);
    bench.lane.takeBack([2]);
    expect(bench.lane.mayLookAhead).toBe(false);
    bench.respond(1);
    expect(bench.lane.mayLookAhead).toBe(true);
  });

  it('is over while the socket takes nothing more', () => {
    const { bench } = laneWith(1);
    bench.socket.isWritable = false;
    bench.lane.flush();
    expect(bench.lane.mayLookAhead).toBe(false);
    bench.lane.writable();
    expect(bench.lane.mayLookAhead).toBe(true);
  });
});

describe('a lane whose worker is gone', () => {
  it('tells the request it may have begun from those it has not', () => {
    const { bench, exchanges } = laneWith(3);
    bench.respond(1);
    expect(bench.lane.abandon()).toEqual({ begun: exchanges[1], waiting: [exchanges[2]] });
    expect(bench.lane.load).toBe(0);
  });

  it('has nothing to give if nothing was on it', () => {
    expect(laneWith(0).bench.lane.abandon()).toEqual({ begun: null, waiting: [] });
  });

  it('sends nothing any more', () => {
    const { bench } = laneWith(1);
    bench.lane.abandon();
    bench.lane.flush();
    expect(bench.socket.writes).toEqual([]);
  });
});

function laneWith(count: number): {
  bench: LaneBench;
  exchanges: ReturnType<typeof makeExchange>['exchange'][];
} {
  const bench = new LaneBench();
  const exchanges = Array.from({ length: count }, () => makeExchange().exchange);
  for (const exchange of exchanges) bench.lane.assign(exchange);
  return { bench, exchanges };
}
