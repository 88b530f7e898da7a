import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Variables } from '../../src/exchange/variables.ts';

/** Latin-1 text without NUL. */
const text = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) });
const name = text.filter((value) => value !== '');
/** Few names, so that they repeat; values that look like names. */
const pairs = fc.array(
  fc.tuple(fc.oneof(name, fc.constantFrom('A', 'B', '__proto__')), fc.oneof(text, fc.constantFrom('A', 'B'))),
);

const blockOf = (...words: readonly string[]): Buffer =>
  Buffer.from(words.map((word) => `${word}\0`).join(''), 'latin1');
const allOf = (variables: Variables): Record<string, string> => Object.fromEntries(variables.entries());

describe('variables', () => {
  it('come out as they went in, the last of each name', () => {
    fc.assert(
      fc.property(pairs, (list) => {
        const variables = Variables.from(list);
        const expected = new Map(list);
        expect(new Map(variables.entries())).toEqual(expected);
        for (const [key, value] of expected) expect(variables.get(key)).toBe(value);
      }),
    );
  });

  it('are the block that the worker wire asks for', () => {
    expect(
      Variables.from([
        ['A', '1'],
        ['B', 'é'],
      ]).block,
    ).toEqual(blockOf('A', '1', 'B', 'é'));
  });

  it('give the last value of a name that comes more than once', () => {
    expect(new Variables(blockOf('A', '1', 'B', '2', 'A', '3')).get('A')).toBe('3');
  });

  it('are not found by something that is only a value, a part of a name, or in another case', () => {
    const variables = new Variables(blockOf('PATH', 'NAME', 'NAMES', 'x', 'name', 'y'));
    expect(['NAME', 'NAM', '', 'x', 'Path'].map((key) => variables.get(key))).toEqual(
      Array(5).fill(undefined),
    );
  });

  it('may have empty values, or be none at all', () => {
    expect(new Variables(blockOf('A', '', 'B', '')).get('A')).toBe('');
    const none = new Variables(Buffer.alloc(0));
    expect([none.get('A'), [...none.entries()]]).toEqual([undefined, []]);
  });

  it('do not have what every object has', () => {
    const variables = Variables.from([]);
    expect(['__proto__', 'constructor', 'toString'].map((key) => variables.get(key))).toEqual(
      Array(3).fill(undefined),
    );
  });

  it.each([
    ['an empty name', '', 'x'],
    ['NUL in a name', 'A\0B', 'x'],
    ['NUL in a value', 'A', 'x\0B\0y'],
  ])('refuse %s', (_what, key, value) => {
    expect(() => Variables.from([[key, value]])).toThrow(RangeError);
    expect(() => Variables.from([]).with({ [key]: value })).toThrow(RangeError);
  });
});

describe('changed variables', () => {
  it('are what an object with the same changes would be, and the original stays', () => {
    fc.assert(
      fc.property(pairs, pairs, pairs, (before, first, second) => {
        const original = Variables.from(before);
        const changed = original.with(Object.fromEntries(first)).with(Object.fromEntries(second));
        const expected = new Map([
          ...before,
          ...Object.entries(Object.fromEntries(first)),
          ...Object.entries(Object.fromEntries(second)),
        ]);
        expect(new Map(changed.entries())).toEqual(expected);
        for (const [key, value] of expected) expect(changed.get(key)).toBe(value);
        expect(new Map(original.entries())).toEqual(new Map(before));
      }),
    );
  });

  it('take the place of every pair of their name in the bytes that are sent', () => {
    const changed = new Variables(blockOf('A', '1', 'B', '2', 'A', '3', 'C', '4'))
      .with({ A: '5' })
      .with({ C: '6', D: '7' })
      .with({ A: '8' });
    const target = Buffer.alloc(3 + changed.byteLength);
    expect(changed.writeInto(target, 3)).toBe(target.length);
    expect(target.subarray(3)).toEqual(blockOf('B', '2', 'C', '6', 'D', '7', 'A', '8'));
    expect(changed.get('A')).toBe('8');
  });

  it('have one more behind all others, which counts', () => {
    const more = new Variables(blockOf('A', '1', 'B', '2')).with({ A: '3' }).plus('B', '4').plus('B', '5');
    const target = Buffer.alloc(more.byteLength);
    more.writeInto(target, 0);
    expect(target).toEqual(blockOf('B', '2', 'A', '3', 'B', '4', 'B', '5'));
    expect([more.get('A'), more.get('B')]).toEqual(['3', '5']);
    expect(() => more.plus('C', '\0')).toThrow(RangeError);
  });

  it('leave repeated names that were not changed as they came', () => {
    const changed = new Variables(blockOf('H', '1', 'X', '2', 'H', '3')).with({ X: '4' });
    const target = Buffer.alloc(changed.byteLength);
    changed.writeInto(target, 0);
    expect(target).toEqual(blockOf('H', '1', 'H', '3', 'X', '4'));
  });

  it('lose every occurrence of a name that is taken out, and no value that looks like it', () => {
    const variables = new Variables(blockOf('HTTP_PROXY', 'x', 'A', 'HTTP_PROXY', 'HTTP_PROXY', 'y'));
    expect(allOf(variables.without('HTTP_PROXY'))).toEqual({ A: 'HTTP_PROXY' });
    expect(allOf(variables.with({ HTTP_PROXY: 'z' }).without('HTTP_PROXY', 'nothing'))).toEqual({
      A: 'HTTP_PROXY',
    });
  });

  it('can be set again after they were taken out', () => {
    expect(
      allOf(
        Variables.from([['A', '1']])
          .without('A')
          .with({ A: '2' }),
      ),
    ).toEqual({ A: '2' });
  });
});
