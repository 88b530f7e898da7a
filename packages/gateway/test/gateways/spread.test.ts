// Connections over several gateways: who passes one on, and who gets it.
import { describe, expect, it } from '@jest/globals';
import { Overflow } from '../../src/gateways/overflow.ts';
import { Spread } from '../../src/gateways/spread.ts';

const LONG_MS = 60_000;
const SHORT_MS = 5;

function overflowWith(limit: number, openCount: number): Overflow {
  const subject = new Overflow();
  subject.limit = limit;
  for (let count = 0; count < openCount; count++) subject.opened();
  return subject;
}

describe('a gateway', () => {
  it('passes connections on from its limit on', () => {
    expect(overflowWith(3, 2).shouldPassOn).toBe(false);
    expect(overflowWith(3, 3).shouldPassOn).toBe(true);
  });

  it('passes none on as long as it knows of no other', () => {
    expect(overflowWith(Infinity, 1000).shouldPassOn).toBe(false);
  });

  it('keeps connections that live for one request, even beside a few that are kept', () => {
    const subject = overflowWith(1, 400);
    for (let count = 1; count <= 300; count++) subject.closed(count % 10 === 0 ? LONG_MS : SHORT_MS);
    expect(subject.shouldPassOn).toBe(false);
  });

  it('passes them on again when they live longer', () => {
    const subject = overflowWith(1, 400);
    for (let count = 1; count <= 200; count++) subject.closed(SHORT_MS);
    for (let count = 1; count <= 100; count++) subject.closed(LONG_MS);
    expect(subject.shouldPassOn).toBe(true);
  });
});

describe('the spread', () => {
  it('gives each connection to whoever has the fewest', () => {
    const subject = new Spread();
    subject.reported(1, 5);
    subject.reported(2, 3);
    subject.reported(3, 4);
    const chosen = Array.from({ length: 6 }, () => subject.choose());
    expect(chosen).toEqual([2, 2, 3, 1, 2, 3]);
  });

  it('lets gateways have a few more than the one with the fewest, or an eighth more', () => {
    const subject = new Spread();
    subject.reported(1, 0);
    subject.reported(2, 7);
    expect(subject.limit).toBe(2);
    subject.reported(1, 80);
    subject.reported(2, 100);
    expect(subject.limit).toBe(90);
  });

  it('leaves a gateway that is alone what it has', () => {
    const subject = new Spread();
    subject.reported(1, 5);
    expect(subject.limit).toBe(Infinity);
    subject.reported(2, 0);
    subject.left(2);
    expect(subject.limit).toBe(Infinity);
    expect(subject.choose()).toBe(1);
    subject.left(1);
    expect(subject.choose()).toBeNull();
  });
});
