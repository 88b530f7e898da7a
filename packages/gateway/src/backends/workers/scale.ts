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
