// Says in words how a worker ended that the gateway has not ended. Pure.

import type { Exit } from './process.ts';

/** Out-of-memory kills in the control group before the worker started and after it ended; null if they cannot be read. */
export interface OomKills {
  readonly before: number | null;
  readonly after: number | null;
}

/** Exit statuses of the worker itself, as in `python/src/sluice/_exits.py`. */
const STATUSES: Readonly<Record<number, string>> = {
  0: 'although nobody had asked it to; something in the application ends the process',
  2: 'because it did not understand its command line',
  3: 'because the application could not be loaded',
  4: 'because the gateway broke the worker wire',
  5: 'because of an error in the worker itself',
};

/** How a process ended that was asked to. */
export function plainExit({ code, signal }: Exit): string {
  if (signal) return `was ended by signal ${signal}`;
  return code === null ? 'ended, and the system does not say how' : `exited with status ${code}`;
}

/** How a process ended that nobody had asked to, with what is known of the cause. */
export function describeExit(exit: Exit, oomKills: OomKills): string {
  const cause = causeOf(exit, oomKills);
  return cause === null ? plainExit(exit) : `${plainExit(exit)}, ${cause}`;
}

function causeOf({ code, signal }: Exit, oomKills: OomKills): string | null {
  if (signal === 'SIGKILL') return `which the gateway did not send; ${describeMemory(oomKills)}`;
  if (signal === 'SIGXCPU') return 'because it has had all the processor time it may have (rlimits.cpu)';
  if (signal === 'SIGABRT') return 'because native code gave up (abort), or somebody sent it';
  return code === null ? null : (STATUSES[code] ?? null);
}

function describeMemory({ before, after }: OomKills): string {
  if (before === null || after === null) return 'whether memory ran out cannot be seen here';
  const count = after - before;
  if (count <= 0) return 'its control group counts no kill for want of memory, so somebody else sent it';
  const kills = count === 1 ? '1 process was' : `${count} processes were`;
  return `while it lived, ${kills} killed for want of memory in its control group, so that is probably why`;
}
