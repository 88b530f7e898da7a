// Peers that do not close their side.
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Leaving } from '../../src/sockets/leaving.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('cuts off who stays too long, the others not', () => {
  const gone: string[] = [];
  const leaver = (name: string): { destroy(): void } => ({ destroy: () => void gone.push(name) });
  const [early, left, late] = [leaver('early'), leaver('left'), leaver('late')];
  const leaving = new Leaving(10_000);
  leaving.add(early);
  leaving.add(left);
  jest.advanceTimersByTime(6_000);
  leaving.delete(left);
  leaving.add(late);
  jest.advanceTimersByTime(6_000);
  expect(gone).toEqual(['early']);
  jest.advanceTimersByTime(6_000);
  expect(gone).toEqual(['early', 'late']);
  expect(jest.getTimerCount()).toBe(0);
});
