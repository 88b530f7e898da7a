// What the system says about the memory of a process.
import { readFileSync } from 'node:fs';

/** Bytes of a process that are in memory. */
export function residentBytes(pid: number): number {
  const [, kib = ''] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}
