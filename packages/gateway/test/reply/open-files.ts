// Which files this process has open, to tell what was forgotten.
import { readdirSync, readlinkSync } from 'node:fs';

/** What is open below a directory; a file that has been removed, too. */
export function openFilesBelow(directory: string): string[] {
  const targets = readdirSync('/proc/self/fd').map(targetOf);
  return targets.filter((target) => target.startsWith(`${directory}/`));
}

function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ''; // closed since it was listed
  }
}
