import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Enrolled, Roster } from '../../src/exchange/roster.ts';

const member = (): Enrolled => ({ place: -1 });

describe('a roster', () => {
  it('holds what a set would, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(7))), (steps) => {
        const all = Array.from({ length: 8 }, member);
        const roster = new Roster<Enrolled>();
        const expected = new Set<Enrolled>();
        for (const [isAdded, which] of steps) {
          const one = all[which] ?? member();
          if (!isAdded) expect(roster.delete(one)).toBe(expected.delete(one));
          else if (!expected.has(one)) roster.add(one);
          if (isAdded) expected.add(one);
        }
        expect(roster.size).toBe(expected.size);
        expect(new Set(roster.list())).toEqual(expected);
        expect(roster.list().map(({ place }) => place)).toEqual(roster.list().map((_, index) => index));
      }),
    );
  });

  it('may be emptied by whoever looks through it', () => {
    const roster = new Roster<Enrolled>();
    for (let count = 0; count < 3; count++) roster.add(member());
    for (const one of roster.list()) expect(roster.delete(one)).toBe(true);
    expect([roster.size, roster.list()]).toEqual([0, []]);
  });
});
