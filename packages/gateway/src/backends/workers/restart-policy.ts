// Decides how long to wait before a worker that ended is replaced. Pure: time is an argument.

/** A worker that lived this long after it was ready is not part of a crash loop. */
const HEALTHY_AFTER_MS = 5_000;
/** First wait of a crash loop; each further one is twice as long, up to the longest. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;

/** Exponential back-off over the deaths of the workers of one pool. */
export class RestartPolicy {
  #failures = 0;

  /** How many workers in a row did not live long enough. */
  get failureCount(): number {
    return this.#failures;
  }

  /**
   * A worker ended. Returns the milliseconds to wait before its replacement is started.
   *
   * @param readyForMs how long it had been ready, or null if it never was
   */
  ended(readyForMs: number | null): number {
    if (readyForMs !== null && readyForMs >= HEALTHY_AFTER_MS) {
      this.#failures = 0;
      return 0;
    }
    const waitMs = this.#failures === 0 && readyForMs !== null ? 0 : FIRST_WAIT_MS * 2 ** this.#failures;
    this.#failures++;
    return Math.min(waitMs, LONGEST_WAIT_MS);
  }
}
