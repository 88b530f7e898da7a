// Counts how many bytes are copied together: what makes parsing quadratic, if something does.
import { jest } from '@jest/globals';

/** The bytes that `Buffer.concat` copied during the call. */
export function copiedBytes(run: () => unknown): number {
  let copied = 0;
  const concat = Buffer.concat.bind(Buffer);
  const spy = jest.spyOn(Buffer, 'concat').mockImplementation((list, length) => {
    const joined = concat(list, length);
    copied += joined.length;
    return joined;
  });
  try {
    run();
  } finally {
    spy.mockRestore();
  }
  return copied;
}
