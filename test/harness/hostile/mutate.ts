// Random damage to bytes, described so that it can be shrunk and shown.
import * as fc from 'fast-check';

/** One change. Places are parts of the length, so that they mean something for bytes of any length. */
export type Mutation =
  | { readonly what: 'set'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly what: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly what: 'remove' | 'repeat'; readonly at: number; readonly count: number }
  | { readonly what: 'cut'; readonly at: number };

const place = fc.double({ min: 0, max: 1, noNaN: true });
const telling = fc.constantFrom(
  ...['\0', '\r\n', '\n', '\xff\xff', '\x7f\xff', '\x80\0', '%00', ':', ','].map((text) =>
    Buffer.from(text, 'latin1'),
  ),
);
const bytes = fc.oneof(telling, fc.uint8Array({ minLength: 1, maxLength: 4 }));
const count = fc.integer({ min: 1, max: 64 });

/** A few changes in a row. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.oneof(
    fc.record({ what: fc.constantFrom('set' as const, 'insert' as const), at: place, bytes }),
    fc.record({ what: fc.constantFrom('remove' as const, 'repeat' as const), at: place, count }),
    fc.record({ what: fc.constant('cut' as const), at: place }),
  ),
  { minLength: 1, maxLength: 4 },
);

/** The bytes with the changes made to them, one after the other. */
export function mutate(whole: Buffer, steps: readonly Mutation[]): Buffer {
  return steps.reduce(change, whole);
}

function change(whole: Buffer, step: Mutation): Buffer {
  const at = Math.floor(step.at * whole.length);
  const [before, after] = [whole.subarray(0, at), whole.subarray(at)];
  switch (step.what) {
    case 'set':
      return Buffer.concat([before, step.bytes, after.subarray(step.bytes.length)]);
    case 'insert':
      return Buffer.concat([before, step.bytes, after]);
    case 'remove':
      return Buffer.concat([before, after.subarray(step.count)]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, step.count), after]);
    case 'cut':
      return before;
  }
}
