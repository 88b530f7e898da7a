// A timer that runs only while there is something to look at, and never again once its owner is gone.

/** Calls `look` every so often, from `start()` until `look` returns false. */
export class Ticker {
  readonly #intervalMs: number;
  readonly #look: () => boolean;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(intervalMs: number, look: () => boolean) {
    this.#intervalMs = intervalMs;
    this.#look = look;
  }

  /** Starts it, if it does not run already and has not been closed. */
  start(): void {
    if (this.#isClosed) return;
    this.#timer ??= setTimeout(() => this.#tick(), this.#intervalMs);
  }

  /** Ends it for good: a late `start()` leaves no timer behind that nobody would stop. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  #stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    if (this.#look()) this.#timer?.refresh();
    else this.#stop();
  }
}
