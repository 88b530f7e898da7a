// Reads files into memory that is used again.

import type { FileHandle } from 'node:fs/promises';
import { Block, BLOCK_BYTES, LENT_BYTES_MIN } from './blocks.ts';

/**
 * Reads some bytes of a file, fewer than `size` where it does not give more at once; none at its end. What comes is lent
 * where it is large and fits into a block (see `Block`): whoever sends it gives it back.
 */
export async function readLent(handle: FileHandle, atBytes: number, size: number): Promise<Buffer> {
  const block = size >= LENT_BYTES_MIN && size <= BLOCK_BYTES ? Block.take() : null;
  const buffer = block?.bytes ?? Buffer.allocUnsafe(size);
  const { bytesRead } = await handle.read(buffer, 0, size, atBytes);
  const bytes = buffer.subarray(0, bytesRead);
  block?.lend(bytes);
  block?.letGo();
  return bytes;
}
