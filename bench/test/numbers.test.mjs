import { describe, expect, it } from '@jest/globals';
import { msUntilNormal, quantiles, series, summary } from '../src/gate/numbers.mjs';

const request = (plannedMs, latencyMs, status = 200, outcome = 'answered') => ({
  plannedMs,
  latencyMs,
  status,
  outcome,
});

describe('quantiles', () => {
  it('takes the smallest value that so large a share does not exceed', () => {
    const requests = Array.from({ length: 100 }, (_, index) => request(0, index + 1));
    expect(quantiles(requests, [0.5, 0.99, 0.999, 1])).toEqual([50, 99, 100, 100]);
  });

  it('counts what was not served as slower than all the rest, however soon it ended', () => {
    const requests = [request(0, 10), request(0, 20), request(0, 1, 503), request(0, 1, 0, 'gave up')];
    expect(quantiles(requests, [0.25, 0.5, 0.75])).toEqual([10, 20, null]);
  });

  it('has none where there are no requests', () => {
    expect(quantiles([], [0.5])).toEqual([null]);
  });
});

describe('summary', () => {
  it('counts what became of requests', () => {
    const requests = [request(0, 10), request(0, 1, 503), request(0, 2, 503), request(0, 9, 0, 'gave up')];
    expect(summary(requests)).toMatchObject({
      count: 4,
      served: 1,
      others: { 'status 503': 2, 'gave up': 1 },
    });
  });
});

describe('series', () => {
  it('counts answers when they come and latencies when requests were due', () => {
    const seen = series([request(100, 300), request(300, 100), request(600, 500), request(700, 1, 503)], {
      untilMs: 1000,
      stepMs: 250,
    });
    expect(seen.servedPerSecond).toEqual([0, 8, 0, 0]);
    expect(seen.p99Ms).toEqual([300, 100, null, null]);
    expect(seen.plannedCount).toEqual([1, 1, 2, 0]);
  });
});

describe('msUntilNormal', () => {
  const steps = (...p99Ms) => ({ stepMs: 1000, p99Ms, plannedCount: p99Ms.map(() => 1) });

  it('is the beginning of two normal seconds', () => {
    expect(msUntilNormal(steps(99, 99, 50, 10, 10, 10), 1000, 20)).toBe(2000);
  });

  it('is 0 where it never was otherwise', () => {
    expect(msUntilNormal(steps(99, 10, 20), 1000, 20)).toBe(0);
  });

  it('does not take one good moment for it', () => {
    expect(msUntilNormal(steps(99, 10, 99, 10, 10), 1000, 20)).toBe(2000);
  });

  it('is none where it does not become normal', () => {
    expect(msUntilNormal(steps(99, 99, null, 99, 10), 1000, 20)).toBeNull();
  });
});
