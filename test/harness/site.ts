// A temporary directory for everything one test bed writes: sockets, configuration, logs, spool files.
import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** A temporary directory. */
export class Site {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));

  /** The absolute path of a name inside. Short names: the path of a Unix socket ends at 107 bytes. */
  path(name: string): string {
    return join(this.directory, name);
  }

  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array): string {
    const path = this.path(name);
    writeFileSync(path, content);
    return path;
  }

  /** Makes a directory and returns its path. */
  makeDirectory(name: string): string {
    const path = this.path(name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** The files and sockets inside that `isWanted` says yes to, relative to the site. */
  entries(isWanted: (entry: { readonly name: string; readonly isSocket: boolean }) => boolean): string[] {
    return readdirSync(this.directory, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => ({
        name: relative(this.directory, join(entry.parentPath, entry.name)),
        isSocket: entry.isSocket(),
      }))
      .filter(isWanted)
      .map(({ name }) => name);
  }

  /** Removes it all, unless `KEEP_TEST_DIRS` is set. */
  remove(): void {
    if (process.env['KEEP_TEST_DIRS']) console.log(`kept ${this.directory}`);
    else rmSync(this.directory, { recursive: true, force: true });
  }
}
