// Keeps what others can cause at will from filling the log: one line of a kind in a while, with a count of the rest.

/** Within this time a line of a kind that has been written is only counted. */
const QUIET_MS = 10_000;
/** Kinds that are told apart; what comes beyond is one kind. */
const KINDS_MAX = 256;

/** Decides which lines to write. */
export class Seldom {
  readonly #kinds = new Map<string, { toldMs: number; untold: number }>();

  /**
   * Notes that there is something to say. Returns how much of its kind has not been said since the last time; null if this
   * is not to be said either.
   *
   * @param nowMs in the time of `performance.now()`
   */
  note(kind: string, nowMs: number = performance.now()): number | null {
    const name = this.#kinds.has(kind) || this.#kinds.size < KINDS_MAX ? kind : '';
    const known = this.#kinds.get(name);
    if (known !== undefined && nowMs - known.toldMs < QUIET_MS) {
      known.untold++;
      return null;
    }
    this.#kinds.set(name, { toldMs: nowMs, untold: 0 });
    return known?.untold ?? 0;
  }
}

/** Decides what to say only once: each kind of thing, up to a number of kinds. */
export class Once {
  readonly #said = new Set<string>();

  /** Whether it has not been said. */
  isNew(kind: string): boolean {
    if (this.#said.has(kind) || this.#said.size >= KINDS_MAX) return false;
    this.#said.add(kind);
    return true;
  }
}
