// Decides how many workers a pool should have. Pure: time is an argument.

/** How many processes there may be; between the two the load decides. */
export interface ProcessRange {
  readonly min: number;
  readonly max: number;
}

/** What there is to know about a worker here. */
export interface IdleView {
  readonly state: 'starting' | 'ready' | 'retiring' | 'ended';
  readonly isIdle: boolean;
  /** Since when it has been idle, if it is. */
  readonly idleSinceMs: number;
}

/** The `count` workers that are missed least: those that do not serve yet, then the idle ones, the longest first. */
export function leastNeeded<W extends IdleView>(workers: readonly W[], count: number): W[] {
  if (count <= 0) return [];
  return workers.toSorted((a, b) => rank(a) - rank(b) || a.idleSinceMs - b.idleSinceMs).slice(0, count);
}

function rank({ state, isIdle }: IdleView): number {
  if (state !== 'ready') return 0;
  return isIdle ? 1 : 2;
}

/** What there is to know about the load of a pool. */
export interface LoadView {
  /** Workers that stay, ready or not. */
  readonly count: number;
  /** Those of them that are not ready yet. */
  readonly startingCount: number;
  readonly threads: number;
  /** Requests that wait for a free lane. */
  readonly waitingCount: number;
  readonly oldestWaitMs: number;
}

/** A request that has waited so long waits for want of a process, not because of a burst that is over at once. */
const GROW_AFTER_MS = 100;

/**
 * How many workers to start because of the load: one for every lane's worth of waiting requests, but never more than
 * there are already, and none while some are still starting.
 */
export function growth(max: number, load: LoadView): number {
  if (load.startingCount > 0 || load.oldestWaitMs < GROW_AFTER_MS) return 0;
  const missing = Math.ceil(load.waitingCount / load.threads);
  return Math.max(0, Math.min(missing, max - load.count, Math.max(1, load.count)));
}

/** How many more workers memory allows, if each becomes as large as the largest is. */
export function roomWithin(budgetBytes: number, memoryBytes: readonly number[]): number {
  const used = memoryBytes.reduce((sum, bytes) => sum + bytes, 0);
  const largest = Math.max(...memoryBytes, 1);
  return Math.max(0, Math.floor((budgetBytes - used) / largest));
}

/** The worker that has been idle longest, if that is longer than `shrinkAfterMs`; null if none has. */
export function longestIdle<W extends IdleView>(
  workers: readonly W[],
  shrinkAfterMs: number,
  nowMs: number,
): W | null {
  const idle = workers.filter(
    (worker) => worker.state === 'ready' && worker.isIdle && nowMs - worker.idleSinceMs >= shrinkAfterMs,
  );
  return leastNeeded(idle, 1)[0] ?? null;
}
