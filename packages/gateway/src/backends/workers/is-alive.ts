// Whether a process that is not our child still runs.

import { readFileSync } from 'node:fs';

/** False also for one that has ended and whose parent has not asked how yet. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    // The name in parentheses may hold anything; the state is the letter behind it, proc_pid_stat(5).
    return !/\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true;
  }
}
