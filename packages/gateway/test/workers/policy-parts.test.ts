// The rules of the policy, each by itself: time and measurements in, decisions out.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { QuickLoad, QuickTraffic, reservedLanes } from '../../src/backends/workers/reserve.ts';
import { withQueueTime } from '../../src/backends/workers/queue-time.ts';
import { RequestCosts } from '../../src/backends/workers/request-costs.ts';
import { RouteCosts } from '../../src/backends/workers/route-costs.ts';
import { routeOf } from '../../src/backends/workers/route-key.ts';
import { ServiceTimes } from '../../src/backends/workers/service-times.ts';
import { ServingOrder } from '../../src/backends/workers/serving-order.ts';
import { Variables } from '../../src/exchange/variables.ts';
import { makeExchange } from '../helpers/exchanges.ts';

describe('the name of a route', () => {
  it.each([
    ['/', 'GET /'],
    ['', 'GET '],
    ['/reports', 'GET /reports'],
    ['/reports/', 'GET /reports/'],
    ['/api/v1/users/7/orders/12', 'GET /api/v1/users'],
    ['/users/7/orders', 'GET /users/#/orders'],
    ['/users/7', 'GET /users/#'],
    ['/7/8/9', 'GET /#/#/#'],
    ['/files/5f3a9b1c-77de-4a0b-9c1e-2b6f1f7d9a10', 'GET /files/#'],
    ['/v1/decade', 'GET /v1/decade'],
    ['//x', 'GET //x'],
  ])('of %s is %s', (path, route) => {
    expect(routeOf('GET', path)).toBe(route);
  });

  it('stays short whatever is asked for', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5_000 }), (path) => routeOf('GET', `/${path}`).length <= 124),
    );
  });
});

describe('what is known of a route', () => {
  it('is nothing until one of its requests has taken long', () => {
    const costs = new RouteCosts(1);
    costs.ended('GET /a', 2);
    expect([costs.meanMs('GET /a'), costs.meanMs('GET /b'), costs.size]).toEqual([0, 0, 0]);
  });

  it('is that it is slow after one request of seconds, but not after one hiccup', () => {
    const costs = new RouteCosts(1);
    costs.ended('GET /report', 2_000);
    costs.ended('GET /quick', 300);
    expect(costs.meanMs('GET /report')).toBe(500);
    expect(costs.meanMs('GET /quick')).toBe(75);
  });

  it('is that it is slow as soon as a running request shows it', () => {
    const costs = new RouteCosts(1);
    costs.runs('GET /report', 260);
    expect(costs.meanMs('GET /report')).toBe(260);
  });

  it('is that no longer when that request has ended, unless its time or those before it say so', () => {
    const costs = new RouteCosts(1);
    for (let count = 0; count < 2; count++) {
      costs.runs('GET /quick', 300 + count);
      costs.runs('GET /report', 300 + count);
    }
    costs.ended('GET /quick', 320);
    costs.ended('GET /report', 2_000);
    expect([costs.meanMs('GET /quick'), costs.meanMs('GET /report')]).toEqual([80, 500]);
  });

  it('is also how far its requests are from that: little where they are alike', () => {
    const [alike, apart] = [new RouteCosts(1), new RouteCosts(1)];
    expect(alike.deviationMs('GET /a')).toBe(Infinity);
    for (let count = 0; count < 60; count++) {
      alike.ended('GET /a', 10 + (count % 2));
      apart.ended('GET /a', count % 2 === 0 ? 10 : 90);
    }
    expect(alike.deviationMs('GET /a')).toBeLessThan(1);
    expect(apart.deviationMs('GET /a')).toBeGreaterThan(30);
  });

  it('is that nothing can be relied on when a steady one has taken much longer once', () => {
    const costs = new RouteCosts(1);
    for (let count = 0; count < 60; count++) costs.ended('GET /a', 10);
    costs.ended('GET /a', 500);
    expect(costs.deviationMs('GET /a')).toBeGreaterThan(100);
  });

  it('is forgotten when it has become quick, however slow it was', () => {
    const costs = new RouteCosts(1);
    costs.ended('GET /a', 3_600_000);
    for (let count = 0; count < 8; count++) costs.ended('GET /a', 1);
    expect(costs.meanMs('GET /a')).toBeLessThan(260);
    for (let count = 0; count < 40; count++) costs.ended('GET /a', 0.5);
    expect(costs.size).toBe(0);
  });

  it('is kept of 500 routes, of those that were reported last', () => {
    const costs = new RouteCosts(1);
    for (let count = 0; count < 600; count++) {
      costs.ended(`GET /${count}`, 1_000);
      costs.ended('GET /often', 1_000);
    }
    expect(costs.size).toBe(500);
    expect([costs.meanMs('GET /often') > 0, costs.meanMs('GET /599') > 0, costs.meanMs('GET /1')]).toEqual([
      true,
      true,
      0,
    ]);
  });
});

describe('what a request costs', () => {
  const costs = new RequestCosts(1, {
    slowPaths: ['/export', '/app/reports/'],
    quickPaths: ['/export/status'],
  });
  const of = (path: string, script = ''): number =>
    costs.of(makeExchange({ variables: { SCRIPT_NAME: script, PATH_INFO: path } }).exchange);

  it('is what is configured for the longest prefix of its path', () => {
    expect([of('/export'), of('/export/all'), of('/reports/1', '/app')]).toEqual([10_000, 10_000, 10_000]);
    expect([of('/export/status'), of('/exports'), of('/reports/1')]).toEqual([0, 0, 0]);
  });

  it('is otherwise what its route has taken, and its end is told even if it was quick', () => {
    const learning = new RequestCosts(1, { slowPaths: [], quickPaths: [] });
    const request = (): ReturnType<typeof makeExchange> => makeExchange({ variables: { PATH_INFO: '/a' } });
    learning.ended(request().exchange, 4_000, true);
    const { exchange } = request();
    expect(learning.of(exchange)).toBe(1_000);
    learning.ended(exchange, 0, false);
    expect(learning.of(request().exchange)).toBe(750);
  });
});

describe('the look-ahead', () => {
  const after = (tookMs: number, count: number): number => {
    const times = new ServiceTimes(8, 5);
    for (let number = 0; number < count; number++) times.ended(tookMs);
    return times.lookAhead;
  };

  it('is the configured one until something has been measured, and while requests are quick', () => {
    expect([after(0, 0), after(0.1, 1_000), after(0.6, 1_000)]).toEqual([8, 8, 8]);
  });

  it.each([
    [1, 5],
    [2, 2],
    [4, 1],
    [6, 0],
    [2_000, 0],
  ])('where requests take %d ms is %d', (tookMs, lookAhead) => {
    expect(after(tookMs, 1_000)).toBe(lookAhead);
  });

  it('is hardly moved by one slow request among quick ones', () => {
    const times = new ServiceTimes(8, 5);
    for (let count = 0; count < 100; count++) times.ended(0.1);
    times.ended(2_000);
    expect(times.lookAhead).toBeGreaterThanOrEqual(6);
  });

  it('never exceeds what is configured', () => {
    expect(new ServiceTimes(0, 5).lookAhead).toBe(0);
    fc.assert(
      fc.property(
        fc.nat({ max: 64 }),
        fc.array(fc.double({ min: 0, max: 1e7, noNaN: true })),
        (max, times) => {
          const service = new ServiceTimes(max, 5);
          for (const time of times) service.ended(time);
          return service.lookAhead >= 0 && service.lookAhead <= max;
        },
      ),
    );
  });
});

describe('the order of service', () => {
  it('turns when the oldest has waited half its time, and back below a quarter', () => {
    const order = new ServingOrder(1_000);
    const waits = [0, 500, 501, 300, 251, 250, 400, 500, 600, 0, 400];
    expect(waits.map((wait) => order.isNewestFirst(wait))).toEqual([
      false,
      false,
      true,
      true,
      true,
      false,
      false,
      false,
      true,
      false,
      false,
    ]);
  });
});

describe('the order of service while clients leave', () => {
  it('goes by how long they stay, once it is more than a few, until nobody waits', () => {
    const order = new ServingOrder(5_000);
    expect(order.isNewestFirst(1_500)).toBe(false);
    order.clientLeft(2_000);
    expect(order.isNewestFirst(1_500)).toBe(false);
    for (let count = 0; count < 20; count++) order.clientLeft(2_000);
    expect([order.isNewestFirst(1_500), order.isNewestFirst(600)]).toEqual([true, true]);
    expect([order.isNewestFirst(0), order.isNewestFirst(1_500)]).toEqual([false, false]);
  });
});

describe('the reserve', () => {
  it.each([
    [0, 0],
    [1, 0],
    [2, 0],
    [3, 1],
    [4, 1],
    [7, 1],
    [8, 2],
    [16, 4],
  ])('of %d lanes is %d', (lanes, reserved) => {
    expect(reservedLanes(lanes, null)).toBe(reserved);
  });

  it('is what is asked for, as long as a lane is left for slow requests', () => {
    expect([reservedLanes(4, 0), reservedLanes(2, 1), reservedLanes(4, 9), reservedLanes(0, 1)]).toEqual([
      0, 1, 3, 0,
    ]);
  });
});

describe('the reserve that quick requests need', () => {
  it.each([
    [4, 0.5, 1],
    [4, 0.81, 2],
    [4, 3.9, 2],
    [3, 2.9, 1],
    [8, 1.5, 2],
    [8, 1.7, 3],
    [8, 7.9, 4],
    [2, 1.9, 0],
  ])('of %d lanes, %d of them busy with such, is %d', (lanes, load, reserved) => {
    expect(reservedLanes(lanes, null, load)).toBe(reserved);
  });

  it('is what is configured, if that is', () => {
    expect([reservedLanes(4, 1, 3.9), reservedLanes(4, 0, 3.9)]).toEqual([1, 0]);
  });

  it('is never less with more load, and leaves half of the lanes', () => {
    const load = fc.double({ min: 0, max: 64, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 64 }), load, load, (lanes, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map((each) =>
          reservedLanes(lanes, null, each),
        );
        return less !== undefined && more !== undefined && less <= more && more <= Math.max(1, lanes / 2);
      }),
    );
  });
});

describe('the load of quick requests', () => {
  const loadOf = (tookMs: number, everyMs: number, untilMs: number): QuickLoad => {
    const load = new QuickLoad();
    for (let atMs = everyMs; atMs <= untilMs; atMs += everyMs) load.ended(tookMs, atMs);
    return load;
  };

  it.each([
    [2, 4, 0.5],
    [1, 0.5, 2],
    [20, 40, 0.5],
  ])('is, with %d ms every %d ms, %d lanes', (tookMs, everyMs, lanes) => {
    expect(loadOf(tookMs, everyMs, 10_000).at(10_000)).toBeCloseTo(lanes, 1);
  });

  it('is forgotten in a few seconds', () => {
    expect(loadOf(2, 2, 10_000).at(15_000)).toBeLessThan(0.01);
  });
});

describe('quick traffic', () => {
  it('is not expected before there have been two requests', () => {
    const traffic = new QuickTraffic();
    expect(traffic.isExpectedWithin(10_000, 0)).toBe(false);
    traffic.seen(0);
    expect(traffic.isExpectedWithin(10_000, 1)).toBe(false);
    traffic.seen(5);
    expect(traffic.isExpectedWithin(5, 6)).toBe(true);
  });

  it('is expected as often as it usually comes', () => {
    const traffic = new QuickTraffic();
    for (let atMs = 0; atMs <= 60_000; atMs += 1_000) traffic.seen(atMs);
    expect([300, 1_000, 2_000].map((within) => traffic.isExpectedWithin(within, 60_001))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('is expected again with the first one after a quiet time, as often as before', () => {
    const traffic = new QuickTraffic();
    for (let atMs = 0; atMs <= 1_000; atMs += 100) traffic.seen(atMs);
    traffic.seen(60_000);
    expect([50, 100].map((within) => traffic.isExpectedWithin(within, 60_001))).toEqual([false, true]);
  });

  it('is not expected where it comes less often than every ten seconds', () => {
    const traffic = new QuickTraffic();
    for (let atMs = 0; atMs <= 100_000; atMs += 10_001) traffic.seen(atMs);
    expect(traffic.isExpectedWithin(10_000, 100_000)).toBe(false);
  });

  it('is not waited for any more after ten seconds', () => {
    const traffic = new QuickTraffic();
    for (let atMs = 0; atMs <= 1_000; atMs += 5) traffic.seen(atMs);
    expect([11_000, 11_001].map((atMs) => traffic.isExpectedWithin(2_000, atMs))).toEqual([true, false]);
  });
});

describe('the time a request has waited', () => {
  const base = Variables.from([
    ['PATH_INFO', '/a'],
    ['HTTP_HOST', 'h'],
  ]);

  it.each([
    [0, '0.0'],
    [0.04, '0.0'],
    [0.05, '0.1'],
    [9.96, '10.0'],
    [12.34, '12.3'],
    [3_600_000.5, '3600000.5'],
  ])('of %d ms is written as %s', (waitedMs, text) => {
    expect(withQueueTime(base, waitedMs).get('sluice.queue_ms')).toBe(text);
  });

  it('stands once among the other variables, however often it is set, and stays when others are', () => {
    const waited = withQueueTime(withQueueTime(base, 1), 2.5).with({ HTTP_HOST: 'other' });
    const block = Buffer.alloc(waited.byteLength);
    expect(waited.writeInto(block, 0)).toBe(block.length);
    const all = { PATH_INFO: '/a', HTTP_HOST: 'other', 'sluice.queue_ms': '2.5' };
    expect(Object.fromEntries(new Variables(block).entries())).toEqual(all);
    expect(Object.fromEntries(waited.entries())).toEqual(all);
  });

  it('is written behind the others byte by byte', () => {
    const waited = withQueueTime(base, 7);
    const block = Buffer.alloc(waited.byteLength + 1);
    waited.writeInto(block, 1);
    expect(block.toString('latin1', 1)).toBe('PATH_INFO\0/a\0HTTP_HOST\0h\0sluice.queue_ms\x007.0\0');
  });
});
