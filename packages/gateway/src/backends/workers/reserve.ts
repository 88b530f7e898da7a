// Decides how many lanes slow requests may not take, and when. Pure.

/** Pools with fewer lanes have none to spare. */
const LANES_MIN = 3;
/** Share of the lanes that is kept where nothing else is asked for. */
const SHARE = 1 / 4;
/** Quick requests that have not been seen for so long are not waited for any more. */
const LATELY_MS = 10_000;
/** How much the newest gap between quick requests counts. */
const WEIGHT = 1 / 8;

/**
 * Lanes of a pool that slow requests may not take.
 *
 * @param asked as configured; null for a quarter, at least 1, and none in pools with fewer than 3 lanes
 */
export function reservedLanes(laneCount: number, asked: number | null): number {
  if (asked !== null) return Math.max(0, Math.min(asked, laneCount - 1));
  return laneCount < LANES_MIN ? 0 : Math.max(1, Math.floor(laneCount * SHARE));
}

/** How often quick requests come: what decides whether a lane is worth keeping for them. */
export class QuickTraffic {
  #lastMs = -Infinity;
  /** Decayed mean of the milliseconds between two of them; unknown until there have been two. */
  #gapMs = Infinity;

  /** A quick request has come. */
  seen(nowMs: number): void {
    const gapMs = Math.min(nowMs - this.#lastMs, LATELY_MS);
    if (this.#gapMs !== Infinity) this.#gapMs += (gapMs - this.#gapMs) * WEIGHT;
    else if (this.#lastMs !== -Infinity) this.#gapMs = gapMs;
    this.#lastMs = nowMs;
  }

  /**
   * Whether a quick request would have to wait if all lanes were taken for so long: quick requests usually come more
   * often than that, and have come in the last ten seconds.
   */
  isExpectedWithin(durationMs: number, nowMs: number): boolean {
    return this.#gapMs <= durationMs && nowMs - this.#lastMs <= LATELY_MS;
  }
}
