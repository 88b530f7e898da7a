// Has memory that bytes pass through only once collected before there is much of it.

/** V8 looks for young buffers to free when there are 32 MB of them, however small its nursery is. */
const COLLECT_BYTES = 8 * 1024 * 1024;

type Collect = (options: { readonly type: 'minor' }) => void;

let youngBytes = 0;

/** A copy that nobody keeps for long. */
export function copyBriefly(bytes: Buffer): Buffer {
  allocatedBriefly(bytes.length);
  return Buffer.from(bytes);
}

/**
 * So many bytes have been allocated outside of the heap, for a read or a copy, and nobody keeps them for long. Where V8
 * lets nobody ask for a collection, which is without `--expose-gc`, nothing happens.
 */
export function allocatedBriefly(bytes: number): void {
  youngBytes += bytes;
  if (youngBytes < COLLECT_BYTES) return;
  youngBytes = 0;
  // Only the nursery: a fraction of a millisecond, as next to nothing in it is alive.
  (globalThis.gc as Collect | undefined)?.({ type: 'minor' });
}
