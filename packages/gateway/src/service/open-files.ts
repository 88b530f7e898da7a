// How many files this process may have open.

import { readFileSync } from 'node:fs';

/**
 * The limit, proc_pid_limits(5); null where the system does not tell, or if there is none. Node has raised the soft limit to the hard
 * one when it started.
 */
export function openFilesLimit(read: (path: string) => string = readText): number | null {
  try {
    const soft = /^Max open files\s+(\d+)\s/m.exec(read('/proc/self/limits'))?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
