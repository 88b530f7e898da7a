import { describe, expect, it } from '@jest/globals';
import { Condition } from '../../src/backends/upstreams/condition.ts';

const options = { failAfter: 3, failTimeoutMs: 1000, checksToFall: 2, checksToRise: 2 };

describe('what is believed of a server', () => {
  it('is that it is up, until so many requests in a row have failed', () => {
    const condition = new Condition(options);
    expect([condition.failed('a', 0), condition.failed('b', 1), condition.isUp]).toEqual([null, null, true]);
    expect(condition.succeeded(2)).toBeNull();
    expect([condition.failed('a', 3), condition.failed('b', 4)]).toEqual([null, null]);
    expect(condition.failed('c', 5)).toBe('down');
    expect([condition.isUp, condition.isOpen(5), condition.reason]).toEqual([false, false, 'c']);
  });

  it('is tried by one request when its time is over, and by nobody else meanwhile', () => {
    const condition = new Condition(options);
    for (const reason of ['a', 'b', 'c']) condition.failed(reason, 0);
    expect([condition.isOpen(999), condition.isOpen(1000)]).toEqual([false, true]);
    condition.began(1000);
    expect([condition.isOpen(1001), condition.isUp]).toEqual([false, false]);
    expect(condition.failed('again', 1500)).toBeNull();
    expect([condition.isOpen(2499), condition.isOpen(2500)]).toEqual([false, true]);
    condition.began(2500);
    expect(condition.succeeded(2600)).toBe('up');
    expect([condition.isUp, condition.upSinceMs, condition.failuresInRow]).toEqual([true, 2600, 0]);
  });

  it('is never down by requests if it is said so', () => {
    const condition = new Condition({ ...options, failAfter: 0 });
    for (let times = 0; times < 100; times++) expect(condition.failed('x', times)).toBeNull();
    expect(condition.isOpen(100)).toBe(true);
  });

  it('follows the checks, after so many that say the same', () => {
    const condition = new Condition(options);
    expect(condition.checked('no', 0)).toBeNull();
    expect(condition.checked(null, 1)).toBeNull();
    expect(condition.checked('no', 2)).toBeNull();
    expect(condition.checked('no', 3)).toBe('down');
    expect(condition.isOpen(1_000_000)).toBe(false);
    expect(condition.checked(null, 4)).toBeNull();
    expect(condition.checked(null, 5)).toBe('up');
    expect([condition.isUp, condition.upSinceMs]).toEqual([true, 5]);
  });

  it('is up again by a good check without waiting for a request to try', () => {
    const condition = new Condition(options);
    for (const reason of ['a', 'b', 'c']) condition.failed(reason, 0);
    expect(condition.checked(null, 10)).toBe('up');
    expect(condition.isOpen(10)).toBe(true);
  });
});
