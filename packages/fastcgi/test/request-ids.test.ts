import { describe, expect, it } from '@jest/globals';
import { RequestIds } from '../src/request-ids.ts';

describe('request ids', () => {
  it('are always 1 where requests come one after another', () => {
    const ids = new RequestIds<{ id: number }>(1);
    for (let round = 0; round < 3; round += 1) {
      expect(ids.free()).toBe(1);
      ids.add({ id: 1 });
      expect(ids.isFull).toBe(true);
      ids.delete(1);
    }
  });

  it('count up to 65535, begin again and leave out those in use', () => {
    const ids = new RequestIds<{ id: number }>(100);
    ids.add({ id: 1 });
    ids.add({ id: 2 });
    ids.add({ id: 65_535 });
    expect(ids.free()).toBe(3);
    ids.add({ id: 3 });
    ids.delete(2);
    expect(ids.free()).toBe(4);
  });

  it('tell a late record from one for an id that never was', () => {
    const ids = new RequestIds<{ id: number }>(10);
    ids.add({ id: 1 });
    ids.delete(1);
    expect([ids.wasUsed(1), ids.wasUsed(2), ids.get(1)]).toEqual([true, false, undefined]);
  });

  it('may be allowed to be more later', () => {
    const ids = new RequestIds<{ id: number }>(1);
    ids.add({ id: ids.free() });
    ids.resize(2);
    expect([ids.isFull, ids.free()]).toEqual([false, 2]);
    ids.add({ id: 2 });
    expect(ids.clear().map(({ id }) => id)).toEqual([1, 2]);
    expect(ids.size).toBe(0);
  });
});
