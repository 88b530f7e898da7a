// Opens files that are bodies of replies: for reading, without waiting, and only if they are what was meant.

import { constants, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { FileRange } from '../exchange/delivery.ts';

// A link that has just been put there is not followed, and a FIFO does not hold up the gateway.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What may be known of a file before it is opened. */
export type FileIdentity = Pick<FileRange, 'device' | 'inode'>;

/**
 * Opens a file whose path has no symbolic links. The handle is the caller's to close. Rejects, in words for the log, if
 * there is no such file, if it is another one, not a regular one, or shorter than `sizeBytes`.
 */
export async function openReplyFile(
  path: Buffer | string,
  identity: FileIdentity,
  sizeBytes: number,
): Promise<FileHandle> {
  const handle = await open(path, FLAGS);
  try {
    const flaw = flawOf(await handle.stat({ bigint: true }), identity, sizeBytes);
    if (flaw !== null) throw new Error(`${path.toString()} ${flaw}`);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function flawOf(status: BigIntStats, { device, inode }: FileIdentity, sizeBytes: number): string | null {
  if (status.dev !== device || status.ino !== inode) return 'is not the file it was';
  if (!status.isFile()) return 'is not a regular file';
  return status.size < BigInt(sizeBytes) ? `has ${status.size} bytes, ${sizeBytes} are wanted` : null;
}
