// Owns the clock of connections that have been ended: whoever does not close its side in time is cut off.

/** How much later than allowed, as a share of the time. */
const COARSENESS = 1 / 10;

/** What is cut off. */
export interface Leaver {
  destroy(): void;
}

/** One coarse timer for all that are waited for, and none while there are none. */
export class Leaving<T extends Leaver> {
  readonly #timeoutMs: number;
  /** By when each began to be waited for; the oldest first. */
  readonly #sinceMs = new Map<T, number>();
  #timer: NodeJS.Timeout | null = null;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  add(leaver: T): void {
    this.#sinceMs.set(leaver, performance.now());
    this.#timer ??= setTimeout(() => this.#look(), this.#timeoutMs * COARSENESS).unref();
  }

  delete(leaver: T): void {
    this.#sinceMs.delete(leaver);
  }

  #look(): void {
    const beforeMs = performance.now() - this.#timeoutMs;
    for (const [leaver, sinceMs] of this.#sinceMs) {
      if (sinceMs > beforeMs) break;
      this.#sinceMs.delete(leaver);
      leaver.destroy();
    }
    if (this.#sinceMs.size > 0) this.#timer?.refresh();
    else this.#timer = null;
  }
}
