// The ways a byte sequence can arrive: whole, one byte at a time, cut in two at every boundary, with more behind it.

/** All ways to cut the bytes. Long inputs are cut at the first and last 64 boundaries and every 97th between. */
export function* everySplit(bytes: Buffer): Generator<readonly Buffer[]> {
  yield [bytes];
  yield Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
  for (let at = 1; at < bytes.length; at++) {
    const isNearAnEnd = at < 64 || bytes.length - at < 64;
    if (isNearAnEnd || at % 97 === 0) yield [bytes.subarray(0, at), bytes.subarray(at)];
  }
}
