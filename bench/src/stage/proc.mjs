// What /proc knows about processes: who descends from whom, CPU time, memory.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** User and system time in /proc/PID/stat count in ticks of this many microseconds (USER_HZ is 100 everywhere on Linux). */
const TICK_US = 10_000;

/**
 * @typedef {object} ProcessFacts
 * @property {number} pid
 * @property {number} parentPid
 * @property {string} startTime Tells a process apart from a later one with the same id.
 * @property {number} cpuUs User and system time so far, its own and that of its ended children.
 * @property {string} command
 */

/** One process; undefined if there is none or it is a zombie. @param {number} pid @returns {ProcessFacts | undefined} */
export function readProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything; the fields after it are plain.
    // They begin with the third of proc(5): state, ppid, ..., utime, stime, cutime, cstime, ..., starttime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return {
      pid,
      parentPid: Number(fields[1]),
      startTime: fields[19],
      cpuUs: fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_US,
      command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
    };
  } catch {
    return undefined; // It ended while we looked.
  }
}

/** A process and everything below it. @param {number} pid */
export function readProcessTree(pid) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
  const tree = all.filter((facts) => facts.pid === pid);
  for (let next = 0; next < tree.length; next++) {
    tree.push(...all.filter(({ parentPid }) => parentPid === tree[next].pid));
  }
  return tree;
}

/**
 * Proportional set size: memory shared by several processes counts in parts. 0 for a process that has ended.
 * @param {number} pid
 */
export function readPssBytes(pid) {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Resident memory now, and the largest so far. @param {number} pid */
export function readMemory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { residentBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') };
}

/** Makes the largest so far that of now. @param {number} pid */
export function resetPeakMemory(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
