// Replaces workers without a gap: the new ones are ready before the old ones are let go. A reload replaces all of a
// pool, recycling one. It knows neither processes nor time.
//
//   trying ──ready──▶ filling ──all ready──▶ done
//      └────ended───────┴────ended─────────▶ failed

/** Why a turnover came to nothing. The old workers go on. */
export interface TurnoverFailure {
  readonly reason: string;
  /** More for the log, such as a Python traceback; may be empty. */
  readonly detail: string;
}

/** Starts workers and waits for them. The first is tried alone, so that code that cannot be loaded costs one process. */
export class Turnover<W> {
  readonly #countWanted: number;
  readonly #start: () => W;
  readonly #settled: (failure: TurnoverFailure | null) => void;
  readonly #fresh = new Set<W>();
  readonly #ready = new Set<W>();
  #isSettled = false;

  /**
   * @param countWanted how many new workers there have to be, at least 1
   * @param start starts one; it must not call back at once
   * @param settled called once: with null when all are ready, or with what went wrong
   */
  constructor(countWanted: number, start: () => W, settled: (failure: TurnoverFailure | null) => void) {
    this.#countWanted = Math.max(1, countWanted);
    this.#start = start;
    this.#settled = settled;
    this.#fresh.add(start());
  }

  /** The new workers that have been started. */
  get fresh(): readonly W[] {
    return [...this.#fresh];
  }

  /** Whether this is one of the new workers. */
  has(worker: W): boolean {
    return this.#fresh.has(worker);
  }

  /** A new worker is ready. */
  ready(worker: W): void {
    if (this.#isSettled || !this.has(worker)) return;
    this.#ready.add(worker);
    while (this.#fresh.size < this.#countWanted) this.#fresh.add(this.#start());
    if (this.#ready.size >= this.#countWanted) this.#settle(null);
  }

  /** A new worker has ended, or will: the turnover has failed. */
  failed(worker: W, failure: TurnoverFailure): void {
    if (this.has(worker)) this.#settle(failure);
  }

  /** Gives up. */
  cancel(reason: string): void {
    this.#settle({ reason, detail: '' });
  }

  #settle(failure: TurnoverFailure | null): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#settled(failure);
  }
}
