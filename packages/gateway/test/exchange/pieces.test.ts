// Body bytes that wait: what comes out is what went in, in few pieces.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Pieces } from '../../src/exchange/pieces.ts';

const read = (size: number): Buffer => Buffer.from(new ArrayBuffer(size));

describe('bytes that wait', () => {
  it('come out as they went in, whatever the cut and whenever they are taken', () => {
    const step = fc.oneof(fc.uint8Array({ maxLength: 5000, minLength: 1 }), fc.constantFrom('shift', 'take'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const pieces = new Pieces();
        const sent: Uint8Array[] = [];
        const seen: Buffer[] = [];
        for (const one of steps) {
          if (one === 'take') seen.push(...pieces.take());
          else if (one === 'shift') seen.push(pieces.shift() ?? Buffer.alloc(0));
          else if (typeof one !== 'string') {
            sent.push(one);
            pieces.push(Buffer.from(one));
          }
        }
        const waiting = pieces.sizeBytes;
        const rest = Buffer.concat(pieces.take());
        expect(waiting).toBe(rest.length);
        expect(Buffer.concat([...seen, rest])).toEqual(Buffer.concat(sent));
        expect(pieces.shift()).toBeUndefined();
      }),
    );
  });

  it('are not copied where they are most of what they keep, nor if they are the first', () => {
    const pieces = new Pieces();
    const [first, second] = [Buffer.from('x'), read(40_000).subarray(10_000)];
    pieces.push(first);
    pieces.push(second);
    expect(pieces.take()).toEqual([first, second]);
  });

  it('are few pieces, however small they come', () => {
    const pieces = new Pieces();
    for (let at = 0; at < 60_000; at++) pieces.push(Buffer.from('x'));
    expect(pieces.take().length).toBeLessThan(10);
  });

  it('keep nothing of the large reads of which they are small parts', () => {
    const pieces = new Pieces();
    for (let at = 0; at < 100; at++) pieces.push(read(65_536).subarray(0, 2000));
    const [, ...rest] = pieces.take();
    const kept = new Set(rest.map(({ buffer }) => buffer));
    const keptBytes = [...kept].reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(keptBytes).toBeLessThan(100 * 2000 * 2);
  });
});
