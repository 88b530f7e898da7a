// Keeps what others can cause at will from filling the log: one of a kind in a while, with a count of the rest.

/** Within this time something of a kind that has been told is only counted. */
const QUIET_MS = 10_000;
/** Kinds that are told apart; what comes beyond is one kind. */
const KINDS_MAX = 256;

/** Decides what to tell: one of each kind in a while. */
export class Seldom {
  readonly #kinds = new Map<string, { readonly toldMs: number; untold: number }>();

  /**
   * Notes that it has happened. Returns null if it is not to be told; otherwise how many of the same kind were not since
   * the last that was.
   *
   * @param nowMs in the time of `performance.now()`
   */
  note(kind: string, nowMs: number = performance.now()): number | null {
    const name = this.#kinds.has(kind) || this.#kinds.size < KINDS_MAX ? kind : '';
    const known = this.#kinds.get(name);
    if (known && nowMs - known.toldMs < QUIET_MS) {
      known.untold++;
      return null;
    }
    this.#kinds.set(name, { toldMs: nowMs, untold: 0 });
    return known?.untold ?? 0;
  }
}

/** Decides what to tell only once: each kind of thing, up to a number of kinds. */
export class Once {
  readonly #told = new Set<string>();

  /** Whether it has not been told. */
  isNew(kind: string): boolean {
    if (this.#told.has(kind) || this.#told.size >= KINDS_MAX) return false;
    this.#told.add(kind);
    return true;
  }
}
