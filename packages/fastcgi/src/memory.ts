// Memory for records of middle size, cut from larger pieces: taking it anew costs more than filling it.

/** Node's own pool, of 8 KiB, serves up to here. */
const SMALL_MAX = 4096;
const LARGE_MIN = 32_768;
const SLAB_SIZE = 131_072;

let slab: Buffer = Buffer.alloc(0);
let used = 0;

/**
 * Memory that is not cleared, for bytes that are soon sent. Between 4 and 32 KiB it is a part of a piece of 128 KiB, which
 * lives as long as any of its parts.
 */
export function takeMemory(length: number): Buffer {
  if (length <= SMALL_MAX || length >= LARGE_MIN) return Buffer.allocUnsafe(length);
  if (used + length > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB_SIZE);
    used = 0;
  }
  const start = used;
  // Parts begin at multiples of 8.
  used += (length + 7) & ~7;
  return slab.subarray(start, start + length);
}
