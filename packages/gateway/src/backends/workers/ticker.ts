// A timer that runs only while there is something to look at.

/** Calls `look` every so often, from `start()` until `look` returns false. */
export class Ticker {
  readonly #intervalMs: number;
  readonly #look: () => boolean;
  #timer: NodeJS.Timeout | null = null;

  constructor(intervalMs: number, look: () => boolean) {
    this.#intervalMs = intervalMs;
    this.#look = look;
  }

  /** Starts it, if it does not run already. */
  start(): void {
    this.#timer ??= setTimeout(() => this.#tick(), this.#intervalMs);
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    if (this.#look()) this.#timer?.refresh();
    else this.stop();
  }
}
