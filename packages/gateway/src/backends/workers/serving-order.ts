// Decides whether those who have waited longest are served first. Pure.

/** Newest first begins when the oldest has waited this share of its time: it will hardly be answered in time anyway. */
const BEGINS_AT = 1 / 2;
/** And it ends when nobody waits, or when the oldest has waited less than this share. */
const ENDS_AT = 1 / 4;

/**
 * The order of one waiting line: oldest first, and newest first under sustained overload. Then serving the oldest would
 * mean that everybody waits as long as the queue allows, and many have given up when their turn comes; serving the
 * newest answers as many, nearly all of them at once. Those passed over end at their deadline.
 */
export class ServingOrder {
  readonly #timeoutMs: number;
  #isNewestFirst = false;

  /** @param timeoutMs how long a request may wait */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Whether the newest goes first now. @param oldestWaitMs how long the oldest has waited; 0 if nobody waits */
  isNewestFirst(oldestWaitMs: number): boolean {
    const share = this.#isNewestFirst ? ENDS_AT : BEGINS_AT;
    this.#isNewestFirst = oldestWaitMs > this.#timeoutMs * share;
    return this.#isNewestFirst;
  }
}
