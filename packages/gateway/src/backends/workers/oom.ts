// How often the kernel has killed a process of our control group for want of memory. It is the only trace of that a
// process can read; the kernel's log is for root.

import { readFileSync } from 'node:fs';

const OOM_KILL = /^oom_kill (\d+)$/m;

/** Reads a file, or throws. */
type Read = (path: string) => string;

/** The count of the control group of this process, cgroups version 2 or 1; null where there is none to read. */
export function oomKillCount(read: Read = (path) => readFileSync(path, 'utf8')): number | null {
  for (const path of counterPaths(tryRead(read, '/proc/self/cgroup'))) {
    const count = OOM_KILL.exec(tryRead(read, path))?.[1];
    if (count !== undefined) return Number(count);
  }
  return null;
}

/** Where the counter may be. In a container the own group is often mounted as the root. */
function counterPaths(groups: string): string[] {
  const unified = /^0::(\/.*)$/m.exec(groups)?.[1];
  const memory = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m.exec(groups)?.[1];
  return [
    ...(unified === undefined ? [] : [`/sys/fs/cgroup${unified}/memory.events`]),
    '/sys/fs/cgroup/memory.events',
    ...(memory === undefined ? [] : [`/sys/fs/cgroup/memory${memory}/memory.oom_control`]),
    '/sys/fs/cgroup/memory/memory.oom_control',
  ];
}

function tryRead(read: Read, path: string): string {
  try {
    return read(path);
  } catch {
    return '';
  }
}
