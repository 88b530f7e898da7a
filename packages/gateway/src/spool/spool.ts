// Owns where bodies wait: a private directory for those in files, and the count of those in memory.

import { mkdtempSync, rmSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private directory for the bodies of one gateway. It is made at the first need and removed by `close()`. */
export class Spool {
  readonly #parent: string;
  #directory: string | null = null;
  #files = 0;
  #heldBytes = 0;

  /** @param parent an existing directory, or null for that of the system */
  constructor(parent: string | null) {
    this.#parent = parent ?? tmpdir();
  }

  /** Bytes of request bodies in memory, all together. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** More, or with a negative number less, is in memory. */
  held(bytes: number): void {
    this.#heldBytes += bytes;
  }

  /** The path of a file that does not exist yet. Throws what the system says if the directory cannot be made. */
  newPath(): string {
    this.#directory ??= mkdtempSync(join(this.#parent, 'sluice-'));
    return join(this.#directory, `body-${++this.#files}`);
  }

  /** Removes a file that `newPath` named, if it exists. */
  remove(path: string): void {
    unlink(path).catch(() => {
      // Never written, or removed already: either way it is not there.
    });
  }

  /** Removes the directory and whatever is left in it. */
  close(): void {
    if (this.#directory) rmSync(this.#directory, { recursive: true, force: true });
    this.#directory = null;
  }
}
