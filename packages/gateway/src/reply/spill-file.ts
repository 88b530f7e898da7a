// Owns one file that bytes wait in: written at its end, read from its front, and without a name from the first moment.

import { constants } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { readLent } from '../exchange/read-lent.ts';
import type { Spool } from '../spool/spool.ts';

const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;

/** How much is read at once, in bytes: few calls, and little memory for a client that takes it slowly. */
const READ_BYTES = 64 * 1024;

/**
 * Bytes in the order they came. One `append` or `read` at a time of each; every method rejects with what the system says.
 * The file has no name any more once it is open, so that nothing is left of it whatever happens.
 */
export class SpillFile {
  readonly #spool: Spool;
  #handle: Promise<FileHandle> | null = null;
  #writtenBytes = 0;
  #readBytes = 0;

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  /** What the file takes of the disk. */
  get sizeBytes(): number {
    return this.#writtenBytes;
  }

  /** What can be read now. */
  get unreadBytes(): number {
    return this.#writtenBytes - this.#readBytes;
  }

  /** Adds bytes at the end. If it rejects none of them are in the file. */
  async append(chunks: readonly Buffer[]): Promise<void> {
    this.#handle ??= openNameless(this.#spool);
    const handle = await this.#handle;
    let end = this.#writtenBytes;
    for (let rest = chunks; rest.length > 0;) {
      const { bytesWritten } = await handle.writev(rest, end);
      end += bytesWritten;
      rest = after(rest, bytesWritten);
    }
    this.#writtenBytes = end;
  }

  /** The next bytes, some of those that can be read; they may be lent. */
  async read(): Promise<Buffer> {
    const handle = await this.#handle;
    if (!handle || this.unreadBytes === 0) throw new Error('nothing can be read');
    const bytes = await readLent(handle, this.#readBytes, Math.min(READ_BYTES, this.unreadBytes));
    if (bytes.length === 0) throw new Error('the file has become shorter');
    this.#readBytes += bytes.length;
    return bytes;
  }

  /** Gives the disk back what has been read, if that is all there is. */
  async rewind(): Promise<void> {
    if (this.unreadBytes > 0) return;
    this.#writtenBytes = 0;
    this.#readBytes = 0;
    await (await this.#handle)?.truncate(0);
  }

  /** Closes it, once what is under way has ended. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await (await handle)?.close();
  }
}

/** What is left of the chunks after so many bytes. */
function after(chunks: readonly Buffer[], bytes: number): Buffer[] {
  const left: Buffer[] = [];
  for (const chunk of chunks) {
    if (bytes < chunk.length) left.push(chunk.subarray(bytes));
    bytes = Math.max(0, bytes - chunk.length);
  }
  return left;
}

async function openNameless(spool: Spool): Promise<FileHandle> {
  const path = spool.newPath();
  const handle = await open(path, FLAGS, 0o600);
  await unlink(path);
  return handle;
}
