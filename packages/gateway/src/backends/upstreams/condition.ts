// Owns what is believed of a server: whether it is up, from its answers and from checks. Pure: time is an argument.

/** When a server is believed to be down, and when up again. */
export interface ConditionOptions {
  /** Failures in a row after which a server gets no requests; 0: never. */
  readonly failAfter: number;
  /** For how long. Then one request may try it. */
  readonly failTimeoutMs: number;
  /** Failed checks in a row after which it is down, and good ones after which it is up. */
  readonly checksToFall: number;
  readonly checksToRise: number;
}

/** What changed by an event. */
export type Change = 'up' | 'down' | null;

/** The health of one server. Requests tell of it by `succeeded` and `failed`, checks by `checked`. */
export class Condition {
  readonly #options: ConditionOptions;
  /** Since when it is up, or null if it was up from the beginning. */
  upSinceMs: number | null;
  /** Why it is down, or the last failure. */
  reason = '';
  #failuresInRow = 0;
  /** Until when no request may try it; null while it is not failing. */
  #triedAgainAtMs: number | null = null;
  #isDownByChecks = false;
  /** Checks in a row that contradict what is believed. */
  #contradictions = 0;

  /** @param upSinceMs when it was found, if it starts slowly; null for one that was there from the beginning */
  constructor(options: ConditionOptions, upSinceMs: number | null = null) {
    this.#options = options;
    this.upSinceMs = upSinceMs;
  }

  get isUp(): boolean {
    return this.#triedAgainAtMs === null && !this.#isDownByChecks;
  }

  /** Failures since the last success. */
  get failuresInRow(): number {
    return this.#failuresInRow;
  }

  /** Whether it may be given a request: it is up, or it is time to try. */
  isOpen(nowMs: number): boolean {
    return !this.#isDownByChecks && (this.#triedAgainAtMs === null || nowMs >= this.#triedAgainAtMs);
  }

  /** A request is given to it. While it is being tried, others stay away. */
  began(nowMs: number): void {
    if (this.#triedAgainAtMs !== null) this.#triedAgainAtMs = nowMs + this.#options.failTimeoutMs;
  }

  /** It answered a request. */
  succeeded(nowMs: number): Change {
    const wasUp = this.isUp;
    this.#failuresInRow = 0;
    this.#triedAgainAtMs = null;
    return this.#changed(wasUp, nowMs);
  }

  /** It did not answer a request. */
  failed(reason: string, nowMs: number): Change {
    const wasUp = this.isUp;
    const { failAfter, failTimeoutMs } = this.#options;
    this.reason = reason;
    this.#failuresInRow++;
    if (failAfter > 0 && this.#failuresInRow >= failAfter) this.#triedAgainAtMs = nowMs + failTimeoutMs;
    return this.#changed(wasUp, nowMs);
  }

  /** A check was made; null is a good one, else why it failed. */
  checked(failure: string | null, nowMs: number): Change {
    const wasUp = this.isUp;
    const isContradiction = (failure !== null) !== this.#isDownByChecks;
    this.#contradictions = isContradiction ? this.#contradictions + 1 : 0;
    if (failure !== null) this.reason = failure;
    const { checksToFall, checksToRise } = this.#options;
    if (isContradiction && this.#contradictions >= (failure === null ? checksToRise : checksToFall)) {
      this.#isDownByChecks = !this.#isDownByChecks;
      this.#contradictions = 0;
    }
    // A server that passes its check need not wait until a request tries it.
    if (failure === null && !this.#isDownByChecks) this.#triedAgainAtMs = null;
    return this.#changed(wasUp, nowMs);
  }

  #changed(wasUp: boolean, nowMs: number): Change {
    if (wasUp === this.isUp) return null;
    if (!this.isUp) return 'down';
    this.upSinceMs = nowMs;
    return 'up';
  }
}
