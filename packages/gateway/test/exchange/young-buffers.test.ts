// Memory that bytes pass through only once: when its collection is asked for.
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { allocatedBriefly } from '../../src/exchange/young-buffers.ts';

const MIB = 1024 * 1024;
const globals = globalThis as { gc?: unknown };
const before = globals.gc;

afterEach(() => {
  globals.gc = before;
});

describe('memory that is needed only briefly', () => {
  it('is collected each time that eight mebibytes of it have been allocated', () => {
    const collect = jest.fn();
    globals.gc = collect;
    for (let count = 0; count < 7; count++) allocatedBriefly(MIB);
    expect(collect).not.toHaveBeenCalled();
    for (let count = 0; count < 17; count++) allocatedBriefly(MIB);
    expect(collect.mock.calls).toEqual([[{ type: 'minor' }], [{ type: 'minor' }], [{ type: 'minor' }]]);
  });

  it('is left to the garbage collector where it cannot be asked', () => {
    globals.gc = undefined;
    expect(() => allocatedBriefly(100 * MIB)).not.toThrow();
  });
});
