// Owns the files that large request bodies wait in: a private directory, and the room they may take.

import { mkdtempSync, rmSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private directory for the bodies of one gateway. It is made at the first need and removed by `close()`. */
export class Spool {
  readonly #parent: string;
  #directory: string | null = null;
  #files = 0;

  /** @param parent an existing directory, or null for that of the system */
  constructor(parent: string | null) {
    this.#parent = parent ?? tmpdir();
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
