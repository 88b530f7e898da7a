// Temporary directories of one test file, removed when its tests are over.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes directories, and removes them all. */
export class Temporary {
  #paths: string[] = [];

  /** A new, empty directory. */
  directory(): string {
    const path = mkdtempSync(join(tmpdir(), 'sluice-test-'));
    this.#paths.push(path);
    return path;
  }

  remove(): void {
    for (const path of this.#paths) rmSync(path, { recursive: true, force: true });
    this.#paths = [];
  }
}
