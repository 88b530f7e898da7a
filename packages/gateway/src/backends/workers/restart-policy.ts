// Decides how long to wait before a worker that ended is replaced. Pure: time is an argument.

/** A worker that lived this long after it was ready is not part of a crash loop. */
const HEALTHY_AFTER_MS = 5_000;
/** First wait of a crash loop; each further one is twice as long, up to the longest. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;
/**
 * The longest where the application could be loaded: then it may well be that some requests are deadly and others are
 * not, and whoever sends those must not keep the pool empty.
 */
const LONGEST_WAIT_LOADED_MS = 1_000;

/** A life that has ended. */
export interface WorkerLife {
  /** How long it had been ready, or null if it never was. */
  readonly readyForMs: number | null;
  /** Requests it had finished. */
  readonly servedCount: number;
}

/** Exponential back-off over the deaths of the workers of one pool. */
export class RestartPolicy {
  #failures = 0;

  /** How many tries in a row gave workers that neither lived long enough nor finished a request. */
  get failureCount(): number {
    return this.#failures;
  }

  /**
   * A worker ended. Returns the milliseconds to wait before its replacement is started.
   *
   * @param isStartDue whether a start is due already: then this is another death of the same try, however many processes
   *   that has had. Default false.
   */
  ended({ readyForMs, servedCount }: WorkerLife, isStartDue: boolean = false): number {
    if (servedCount > 0 || (readyForMs !== null && readyForMs >= HEALTHY_AFTER_MS)) {
      this.#failures = 0;
      return 0;
    }
    const before = isStartDue ? Math.max(0, this.#failures - 1) : this.#failures;
    this.#failures = before + 1;
    const waitMs = before === 0 && readyForMs !== null ? 0 : FIRST_WAIT_MS * 2 ** before;
    return Math.min(waitMs, readyForMs === null ? LONGEST_WAIT_MS : LONGEST_WAIT_LOADED_MS);
  }
}
