import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { choose, weightAt, type Choosable } from '../../src/backends/upstreams/balance.ts';

interface SimulatedServer extends Choosable {
  inFlight: number;
  servedCount: number;
  /** When each of its requests ends. */
  readonly endsMs: number[];
}

function server(weight: number, upSinceMs: number | null = null): SimulatedServer {
  return { weight, upSinceMs, inFlight: 0, credit: 0, servedCount: 0, endsMs: [] };
}

interface Load {
  readonly arrivals: number;
  readonly everyMs: number;
  readonly slowStartMs?: number;
  readonly tookMs: (server: SimulatedServer) => number;
}

/** Lets requests arrive in even distances, and returns how many each server got. */
function simulate(
  servers: readonly SimulatedServer[],
  { arrivals, everyMs, slowStartMs = 0, tookMs }: Load,
): number[] {
  for (let arrival = 0; arrival < arrivals; arrival++) {
    const nowMs = arrival * everyMs;
    for (const each of servers) {
      while ((each.endsMs[0] ?? Infinity) <= nowMs) {
        each.endsMs.shift();
        each.inFlight--;
      }
    }
    const chosen = choose(servers, slowStartMs, nowMs);
    if (!chosen) throw new Error('nobody was chosen');
    chosen.inFlight++;
    chosen.servedCount++;
    chosen.endsMs.push(nowMs + tookMs(chosen));
    chosen.endsMs.sort((a, b) => a - b);
  }
  return servers.map(({ servedCount }) => servedCount);
}

describe('the choice of a server', () => {
  it('is nobody where there is nobody', () => {
    expect(choose([], 0, 0)).toBeNull();
  });

  it('gives each its share where there is never more than one request', () => {
    const servers = [server(1), server(2), server(5)];
    expect(simulate(servers, { arrivals: 800, everyMs: 10, tookMs: () => 1 })).toEqual([100, 200, 500]);
  });

  it('does not give a heavy server its share all at once', () => {
    const servers = [server(1), server(3)];
    const order = Array.from({ length: 8 }, () => servers.indexOf(choose(servers, 0, 0) ?? server(1)));
    expect(order).toEqual([1, 0, 1, 1, 1, 0, 1, 1]);
  });

  it('gives each its share while all are busy', () => {
    const servers = [server(1), server(3)];
    const [light = 0, heavy = 0] = simulate(servers, { arrivals: 4000, everyMs: 1, tookMs: () => 40 });
    expect(heavy / light).toBeCloseTo(3, 1);
  });

  it('spares a server that is slow, whatever the turns say', () => {
    const servers = [server(1), server(1), server(1)];
    const [slow = 0, ...quick] = simulate(servers, {
      arrivals: 3000,
      everyMs: 1,
      tookMs: (each) => (each === servers[0] ? 100 : 2),
    });
    expect(slow).toBeLessThan(150);
    for (const count of quick) expect(count).toBeGreaterThan(1400);
  });

  it('brings a new server to its share by and by', () => {
    const weights = [0, 500, 5000, 10_000, 20_000].map((nowMs) => weightAt(server(10, 0), 10_000, nowMs));
    expect(weights).toEqual([1, 1, 5, 10, 10]);
    expect(weightAt(server(10, null), 10_000, 0)).toBe(10);
    const servers = [server(1), server(1, 0)];
    const load = { everyMs: 1, slowStartMs: 1000, tookMs: () => 20 };
    const [, early = 0] = simulate(servers, { ...load, arrivals: 200 });
    expect(early).toBeLessThan(30);
    expect(early).toBeGreaterThan(5);
  });

  it('never chooses one that has more to do for its weight than another', () => {
    const some = fc.record({
      weight: fc.integer({ min: 1, max: 9 }),
      inFlight: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 8 }), (parts) => {
        const servers = parts.map((part) => ({ ...server(part.weight), inFlight: part.inFlight }));
        const chosen = choose(servers, 0, 0);
        const load = (each: Choosable): number => each.inFlight / each.weight;
        const least = Math.min(...servers.map(load));
        return chosen !== null && load(chosen) === least;
      }),
    );
  });
});
