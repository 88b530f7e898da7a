// Keeps what anybody can cause any number of times from filling the log.

/** Within this time something of a kind that has been told is only counted. */
const QUIET_MS = 10_000;

/** Decides what to tell: one of each kind in a while. The kinds must be few. */
export class Seldom<Kind> {
  readonly #kinds = new Map<Kind, { readonly toldMs: number; untold: number }>();

  /**
   * Notes that it has happened. Returns null if it is not to be told; otherwise how many of the same kind were not since
   * the last that was.
   *
   * @param nowMs in the time of `performance.now()`
   */
  note(kind: Kind, nowMs: number): number | null {
    const known = this.#kinds.get(kind);
    if (known && nowMs - known.toldMs < QUIET_MS) {
      known.untold++;
      return null;
    }
    this.#kinds.set(kind, { toldMs: nowMs, untold: 0 });
    return known?.untold ?? 0;
  }
}
