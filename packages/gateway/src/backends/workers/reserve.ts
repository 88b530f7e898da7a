// Decides how many lanes slow requests may not take, and when. Pure.

/** Pools with fewer lanes have none to spare. */
const LANES_MIN = 3;
/** Share of the lanes that is kept where nothing else is asked for. */
const SHARE = 1 / 4;
/** And the most that is kept when quick requests need it: slow ones have the other half whatever comes. */
const SHARE_MAX = 1 / 2;
/** Quick requests that keep a lane busier than this wait for each other, and soon for long. */
const FILL_MAX = 0.8;
/** How far the load of quick requests looks back. */
const LOAD_OVER_MS = 1_000;
/** Quick requests that have not been seen for so long are not waited for any more. */
const LATELY_MS = 10_000;
/** How much the newest gap between quick requests counts. */
const WEIGHT = 1 / 8;

/**
 * Lanes of a pool that slow requests may not take.
 *
 * @param asked as configured; null for a quarter, at least 1, and none in pools with fewer than 3 lanes; and for as many
 *   as quick requests need, up to half
 * @param quickLoad lanes that quick requests keep busy
 */
export function reservedLanes(laneCount: number, asked: number | null, quickLoad: number = 0): number {
  if (asked !== null) return Math.max(0, Math.min(asked, laneCount - 1));
  if (laneCount < LANES_MIN) return 0;
  const usual = Math.max(1, Math.floor(laneCount * SHARE));
  const most = Math.max(usual, Math.floor(laneCount * SHARE_MAX));
  return Math.min(most, Math.max(usual, Math.ceil(quickLoad / FILL_MAX)));
}

/** How many lanes quick requests keep busy, on average over about a second. */
export class QuickLoad {
  #lanes = 0;
  #atMs = 0;

  /** A quick request has ended. */
  ended(tookMs: number, nowMs: number): void {
    this.#lanes = this.at(nowMs) + tookMs / LOAD_OVER_MS;
    this.#atMs = nowMs;
  }

  /** The load now. */
  at(nowMs: number): number {
    return this.#lanes * Math.exp((this.#atMs - nowMs) / LOAD_OVER_MS);
  }
}

/** How often quick requests come: what decides whether a lane is worth keeping for them. */
export class QuickTraffic {
  #lastMs = -Infinity;
  /** Decayed mean of the milliseconds between two of them; quiet times aside. Unknown until there have been two. */
  #gapMs = Infinity;

  /** A quick request has come. */
  seen(nowMs: number): void {
    const gapMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    // A quiet time says nothing about what comes after it: one minute would outweigh the next ten requests.
    if (gapMs > LATELY_MS) return;
    this.#gapMs = this.#gapMs === Infinity ? gapMs : this.#gapMs + (gapMs - this.#gapMs) * WEIGHT;
  }

  /**
   * Whether a quick request would have to wait if all lanes were taken for so long: quick requests usually come more
   * often than that, and have come in the last ten seconds.
   */
  isExpectedWithin(durationMs: number, nowMs: number): boolean {
    return this.#gapMs <= durationMs && nowMs - this.#lastMs <= LATELY_MS;
  }
}
