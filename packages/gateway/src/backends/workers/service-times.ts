// Decides how many requests a busy lane may be handed ahead of time, by how long requests take. Pure.

/** How much the newest request counts: a pause of the garbage collector moves little, a change shows after some dozens. */
const WEIGHT = 1 / 16;
/** A request counts as at most so many recall ages: what is slow is recalled, how slow does not matter. */
const RECALL_AGES_MAX = 2;

/** The decayed mean time of the requests that may be handed ahead, and the look-ahead that follows from it. */
export class ServiceTimes {
  readonly #lookAheadMax: number;
  readonly #recallAfterMs: number;
  #meanMs = 0;

  /**
   * @param lookAheadMax requests that may be handed ahead at most
   * @param recallAfterMs age of a running request at which those behind it are taken back
   */
  constructor(lookAheadMax: number, recallAfterMs: number) {
    this.#lookAheadMax = lookAheadMax;
    this.#recallAfterMs = recallAfterMs;
  }

  /** A request has ended. */
  ended(tookMs: number): void {
    const counted = Math.min(tookMs, RECALL_AGES_MAX * this.#recallAfterMs);
    this.#meanMs += (counted - this.#meanMs) * WEIGHT;
  }

  /**
   * Requests that may wait on a lane behind the running one: as many as are expected to be begun before they would be
   * recalled. All that are allowed as long as nothing has been measured; none where requests take longer than that.
   */
  get lookAhead(): number {
    if (this.#meanMs * this.#lookAheadMax <= this.#recallAfterMs) return this.#lookAheadMax;
    return Math.floor(this.#recallAfterMs / this.#meanMs);
  }
}
