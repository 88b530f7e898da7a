// Decides whether those who have waited longest are served first. Pure.

/** Newest first begins when the oldest has waited this share of its time: it will hardly be answered in time then. */
const BEGINS_AT = 1 / 2;
/** And it ends when nobody waits, or when the oldest has waited less than this share. */
const ENDS_AT = 1 / 4;
/** What one client that leaves counts in that mean: one alone means nothing. */
const WEIGHT_OF_ONE = 1 / 8;

/**
 * The order of one waiting line: oldest first, and newest first under sustained overload. Then serving the oldest would
 * mean that everybody waits as long as the queue allows, and many have given up when their turn comes; serving the
 * newest answers as many, nearly all of them at once. Those passed over end at their deadline.
 *
 * The time of a request is what it may wait, or what clients are seen to wait: as long as they leave the line unserved,
 * the mean of how long they stayed.
 */
export class ServingOrder {
  readonly #timeoutMs: number;
  /** How long a request has until it is answered for nobody. */
  #patienceMs: number;
  #isNewestFirst = false;

  /** @param timeoutMs how long a request may wait */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#patienceMs = timeoutMs;
  }

  /** Whether the newest goes first now. @param oldestWaitMs how long the oldest has waited; 0 if nobody waits */
  isNewestFirst(oldestWaitMs: number): boolean {
    if (oldestWaitMs === 0) this.#patienceMs = this.#timeoutMs;
    const share = this.#isNewestFirst ? ENDS_AT : BEGINS_AT;
    this.#isNewestFirst = oldestWaitMs > this.#patienceMs * share;
    return this.#isNewestFirst;
  }

  /** A client has left the line. @param waitedMs how long it stayed */
  clientLeft(waitedMs: number): void {
    this.#patienceMs += (waitedMs - this.#patienceMs) * WEIGHT_OF_ONE;
  }
}
