// How much memory a process has.

import { readFileSync } from 'node:fs';

const BYTES_PER_KB = 1024;

/** Resident memory of a process, proc_pid_status(5) VmRSS; null where the system does not tell, or it has ended. */
export function residentBytes(pid: number): number | null {
  try {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line ? Number(line[1]) * BYTES_PER_KB : null;
  } catch {
    return null;
  }
}
