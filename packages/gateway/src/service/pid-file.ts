// A file with the process id of the gateway, for init systems that ask for one.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes it, whole or not at all; a file that is there is replaced. Returns what removes it again, unless somebody else has
 * written it in the meantime. Throws what the system refuses.
 */
export function writePidFile(path: string, pid: number = process.pid): () => void {
  const whole = `${pid}\n`;
  const beside = `${path}.${pid}`;
  writeFileSync(beside, whole, { mode: 0o644, flag: 'wx' });
  renameSync(beside, path);
  return () => {
    if (isOurs(path, whole)) tryRemove(path);
  };
}

function isOurs(path: string, whole: string): boolean {
  try {
    return readFileSync(path, 'utf8') === whole;
  } catch {
    return false;
  }
}

function tryRemove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Written as root, and root has been given up: its directory is not ours any more.
  }
}
