// A timer that runs only while there is something to look at, and never again once its owner is gone.

/** Calls `look` every so often, from `start()` until `look` returns false. */
export class Ticker {
  readonly #intervalMs: number;
  readonly #look: () => boolean;
  readonly #lateMs: number;
  #timer: NodeJS.Timeout | null = null;
  #dueMs = 0;
  #isPutOff = false;
  #isClosed = false;

  /**
   * @param lateMs a look that is later than this is put off once, because this process has stood still: what came for it
   *   meanwhile is to be read before anybody is held to have been silent. Default: none is.
   */
  constructor(intervalMs: number, look: () => boolean, lateMs: number = Infinity) {
    this.#intervalMs = intervalMs;
    this.#look = look;
    this.#lateMs = lateMs;
  }

  /** Starts it, if it does not run already and has not been closed. */
  start(): void {
    if (this.#isClosed) return;
    if (this.#timer) return;
    this.#timer = setTimeout(() => this.#tick(), this.#intervalMs);
    this.#dueMs = performance.now() + this.#intervalMs;
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
    this.#isPutOff = !this.#isPutOff && performance.now() - this.#dueMs > this.#lateMs;
    if (!this.#isPutOff && !this.#look()) return this.#stop();
    this.#timer?.refresh();
    this.#dueMs = performance.now() + this.#intervalMs;
  }
}
