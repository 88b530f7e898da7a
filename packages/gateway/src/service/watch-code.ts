// Tells when the code of an application has changed. It decides nothing about what is done then.

import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { watch } from 'chokidar';

/** Editors and version control write several files in a row; a reload in between would load half of it. */
const SETTLE_MS = 200;
/** What is large, changes by itself, or is not the application's. */
const IGNORED_NAMES: ReadonlySet<string> = new Set(['__pycache__', 'node_modules', 'site-packages']);
const CODE = /\.(?:py|wsgi)$/;

/** A watch that runs. */
export interface CodeWatch {
  /** Resolves when every directory is watched: changes from then on are seen. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/**
 * Calls `changed` with the path of a Python file that was written, added or removed below `directory`, once for files
 * that change together. Hidden directories and virtual environments are left out.
 *
 * @param failed called with what the system refused, such as ENOSPC when there are too many directories
 */
export function watchCode(
  directory: string,
  changed: (path: string) => void,
  failed: (error: unknown) => void,
): CodeWatch {
  let timer: NodeJS.Timeout | null = null;
  const watcher = watch(directory, {
    ignoreInitial: true,
    ignored: (path, stats) =>
      path !== directory && (stats?.isFile() === true ? !CODE.test(path) : isForeign(path)),
  });
  const note = (path: string): void => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => changed(path), SETTLE_MS);
  };
  watcher.on('add', note).on('change', note).on('unlink', note).on('error', failed);
  return {
    ready: new Promise((resolve) => watcher.once('ready', () => resolve())),
    close: () => {
      if (timer) clearTimeout(timer);
      return watcher.close();
    },
  };
}

function isForeign(path: string): boolean {
  const name = basename(path);
  return name.startsWith('.') || IGNORED_NAMES.has(name) || existsSync(join(path, 'pyvenv.cfg'));
}
