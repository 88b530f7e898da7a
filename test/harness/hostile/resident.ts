// What the system says about the memory of a process.
import { readFileSync } from 'node:fs';

/** Bytes of a process that are in memory. */
export function residentBytes(pid: number): number {
  return statusBytes(pid, /^VmRSS:\s+(\d+) kB$/m);
}

/** The most of them there has ever been. */
export function peakResidentBytes(pid: number): number {
  return statusBytes(pid, /^VmHWM:\s+(\d+) kB$/m);
}

function statusBytes(pid: number, line: RegExp): number {
  const [, kib] = line.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (kib === undefined) throw new Error(`nothing is known of the memory of ${pid}`);
  return Number(kib) * 1024;
}
