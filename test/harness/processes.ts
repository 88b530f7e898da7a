// What /proc knows about processes, so that a test can tell whether one was left behind.
import { readdirSync, readFileSync } from 'node:fs';
import { until } from './deadline.ts';

/** One process. The start time tells it apart from a later process with the same id. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parentPid: number;
  readonly startTime: string;
  readonly command: string;
}

/** All processes of this machine that are not zombies. */
export function allProcesses(): ProcessFacts[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readFacts(Number(name)) ?? []);
}

/** The processes below `pid`: children, their children, and so on. */
export function descendantsOf(pid: number): ProcessFacts[] {
  const all = allProcesses();
  const found: ProcessFacts[] = [];
  const parents = new Set([pid]);
  for (let size = 0; size !== parents.size;) {
    size = parents.size;
    for (const facts of all) {
      if (parents.has(facts.parentPid) && !parents.has(facts.pid)) {
        parents.add(facts.pid);
        found.push(facts);
      }
    }
  }
  return found;
}

/** Waits until every one of them has ended; the error names those that have not. */
export async function untilGone(processes: readonly ProcessFacts[], deadlineMs = 10_000): Promise<void> {
  const stillThere = (): ProcessFacts[] =>
    processes.filter(({ pid, startTime }) => readFacts(pid)?.startTime === startTime);
  await until('processes end', () => (stillThere().length === 0 ? true : undefined), deadlineMs).catch(() => {
    throw new Error(
      `left behind: ${stillThere()
        .map(({ pid, command }) => `${pid} ${command}`)
        .join(', ')}`,
    );
  });
}

function readFacts(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything; the fields after it are plain.
    const [state, parentPid, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === undefined || state === 'Z' || state === 'X') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parentPid: Number(parentPid), startTime: rest[17] ?? '', command };
  } catch {
    return undefined; // It ended while we looked.
  }
}
