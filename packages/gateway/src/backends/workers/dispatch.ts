// Decides which request goes to which lane next. Pure: it knows no timer, and the time is an argument.
//
// A request is slow if its route has lately taken longer than `slowAfterMs`. Slow and other requests wait in two lines,
// served as if they were one, except that slow ones leave the last lanes to the others as long as those keep coming.
// Under overload a lane is handed its next request shortly before its route says that it is done.

import type { Exchange } from '../../exchange/exchange.ts';
import { chooseLane, type LaneView } from './look-ahead.ts';
import { isBefore } from './queue.ts';
import { RequestCosts } from './request-costs.ts';
import { QuickLoad, QuickTraffic, reservedLanes } from './reserve.ts';
import { ServiceTimes } from './service-times.ts';
import { WaitingLine } from './waiting-line.ts';

/** What decides. Times are milliseconds. */
export interface DispatchOptions {
  /** Requests that may wait for a lane. */
  readonly queueLength: number;
  readonly queueTimeoutMs: number;
  /** Requests that may be handed to a lane besides the running one, at most; 0 for none. */
  readonly lookAhead: number;
  /** Age of a running request at which what waits behind it is taken back. */
  readonly recallAfterMs: number;
  /** Lanes that slow requests may not take; null, the default, for a quarter of them. */
  readonly reserveLanes?: number | null;
  /** Requests of a route that takes longer than this on average are slow; default 250. */
  readonly slowAfterMs?: number;
  /** Path prefixes of requests that are slow whatever they have taken; default none. */
  readonly slowPaths?: readonly string[] | null;
  /** Path prefixes of requests that are quick whatever they have taken; default none. */
  readonly quickPaths?: readonly string[] | null;
}

/** A lane, as far as its choice depends on it. */
export interface DispatchLane extends LaneView {
  /** The running request, or null. */
  readonly running: Exchange | null;
  /** When the running request began. */
  readonly runningSinceMs: number;
}

/** A request and the lane it goes to. */
export interface Assignment<L> {
  readonly exchange: Exchange;
  readonly lane: L;
}

/** What happens to a request that has just come: it goes to a lane, or waits now, or has no place in the queue. */
export type Admission<L> = L | 'waits' | 'refused';

const SLOW_AFTER_MS = 250;
/** How often running requests are looked at, while requests come. Short beside the time after which they are slow. */
const LOOK_EVERY_MS = 20;
/** A lane that is known to end within this time may be handed its next request; steady is who is not further off. */
const EAGER_MS = 5;
/** A route is forgotten when its mean is this share of the recall age: what is quicker makes no difference. */
const FORGET_BELOW = 1 / 4;

/** Who goes next, and where. */
export class Dispatch<L extends DispatchLane> {
  /** Lanes that take requests. */
  lanes: readonly L[] = [];
  readonly #options: DispatchOptions;
  readonly #slowAfterMs: number;
  readonly #costs: RequestCosts;
  readonly #serviceTimes: ServiceTimes;
  readonly #quickTraffic = new QuickTraffic();
  readonly #quickLoad = new QuickLoad();
  readonly #quickLine: WaitingLine;
  readonly #slowLine: WaitingLine;
  /** What lanes were known to be in for when they took their running request; those that are not quick only. */
  readonly #busyForMs = new Map<L, number>();
  #nowMs = 0;
  #lookAgainMs = 0;
  readonly #isHeldUp = (lane: L): boolean =>
    this.#nowMs - lane.runningSinceMs > this.#options.recallAfterMs || this.#busyForMs.has(lane);

  readonly #isSlow = (lane: L): boolean => lane.load > 0 && this.#isKnownSlow(lane);

  constructor(options: DispatchOptions) {
    const { lookAhead, recallAfterMs, queueTimeoutMs } = options;
    this.#options = options;
    this.#slowAfterMs = options.slowAfterMs ?? SLOW_AFTER_MS;
    this.#costs = new RequestCosts(recallAfterMs * FORGET_BELOW, {
      quickPaths: options.quickPaths ?? [],
      slowPaths: options.slowPaths ?? [],
    });
    this.#serviceTimes = new ServiceTimes(lookAhead, recallAfterMs);
    this.#quickLine = new WaitingLine(queueTimeoutMs);
    this.#slowLine = new WaitingLine(queueTimeoutMs);
  }

  /** How many requests wait. */
  get waiting(): number {
    return this.#quickLine.queue.length + this.#slowLine.queue.length;
  }

  /** The request that has waited longest, or null. */
  get oldest(): Exchange | null {
    return earlier(this.#quickLine.queue.first, this.#slowLine.queue.first);
  }

  /** Whether slow requests wait, perhaps only until quick ones stay away: look again from time to time. */
  get isHolding(): boolean {
    return this.#slowLine.queue.length > 0;
  }

  /** Whether a lane may soon take another request though nothing happens: look again shortly. */
  get isEager(): boolean {
    return this.#isCrowded && this.lanes.some((lane) => this.#expectedMs(lane) > 0);
  }

  /** Whether what waits behind the running request of a lane is to be taken back: that should have ended. */
  isLate(lane: L, nowMs: number): boolean {
    return nowMs - lane.runningSinceMs > this.#options.recallAfterMs + this.#expectedMs(lane);
  }

  /** Takes a request that has just come, at its `queuedMs`. If the answer is a lane, the caller assigns it there. */
  admit(exchange: Exchange): Admission<L> {
    const nowMs = exchange.queuedMs;
    this.#lookForSlow(nowMs);
    const costMs = this.#costs.of(exchange);
    const isSlow = costMs > this.#slowAfterMs;
    if (!isSlow) this.#quickTraffic.seen(nowMs);
    const choice = this.#isNext(isSlow, nowMs) ? this.#choose(exchange, costMs, nowMs) : null;
    if (choice && choice !== 'kept') return choice;
    const isKept = isSlow && this.#quickTraffic.isExpectedWithin(costMs, nowMs);
    if (this.waiting >= (isKept ? this.#placesForSlow() : this.#options.queueLength)) return 'refused';
    (isSlow || choice === 'kept' ? this.#slowLine : this.#quickLine).queue.push(exchange);
    return 'waits';
  }

  /** Takes a request again that a lane has given back. Its wait counts from the first time, and there is always a place. */
  readmit(exchange: Exchange): void {
    this.#lineOf(this.#costs.of(exchange)).queue.rejoin(exchange);
  }

  /** The next request that can go to a lane, or null. It does not wait any more, and the caller assigns it. */
  next(nowMs: number): Assignment<L> | null {
    this.#lookForSlow(nowMs);
    for (;;) {
      const quick = this.#quickLine.next(nowMs);
      const slow = this.#slowLine.next(nowMs);
      const isKept = slow !== null && this.#isKeptFrom(slow, this.#costs.of(slow), nowMs);
      const exchange = isKept ? quick : earlier(quick, slow);
      const choice = exchange && this.#choose(exchange, this.#costs.of(exchange), nowMs);
      if (!exchange || !choice) return null;
      this.leave(exchange);
      if (choice !== 'kept') return { exchange, lane: choice };
      // It turned out to be slow while it waited among the quick ones.
      this.#slowLine.queue.rejoin(exchange);
    }
  }

  /** Takes a request out of the queue. Returns whether it was there. */
  leave(exchange: Exchange): boolean {
    return this.#quickLine.queue.delete(exchange) || this.#slowLine.queue.delete(exchange);
  }

  /** Takes a request out of the queue whose client has gone. Returns whether it was there. */
  clientLeft(exchange: Exchange, nowMs: number): boolean {
    return this.#quickLine.clientLeft(exchange, nowMs) || this.#slowLine.clientLeft(exchange, nowMs);
  }

  /** A request has ended on a lane, complete or not, after this time. What was handed ahead runs there now. */
  ended(lane: L, exchange: Exchange, tookMs: number, nowMs: number): void {
    const isTelling = tookMs > this.#options.recallAfterMs;
    const wasSlow = this.#isKnownSlow(lane);
    if (!this.#busyForMs.has(lane)) this.#serviceTimes.ended(tookMs);
    this.#costs.ended(exchange, tookMs, isTelling);
    if (wasSlow && this.#costs.of(exchange) <= this.#slowAfterMs) this.#sortAgain();
    if (tookMs <= this.#slowAfterMs) this.#quickLoad.ended(tookMs, nowMs);
    this.begins(lane);
    if (tookMs > this.#slowAfterMs) this.#markSlow();
  }

  /** Another request runs on a lane, or none. */
  begins(lane: L): void {
    this.#begins(lane, lane.running ? this.#costs.of(lane.running) : 0);
  }

  /** These lanes are no more. */
  forget(lanes: readonly L[]): void {
    this.lanes = this.lanes.filter((lane) => !lanes.includes(lane));
    for (const lane of lanes) this.#busyForMs.delete(lane);
  }

  /** Whether a request that has just come may go before all that wait. */
  #isNext(isSlow: boolean, nowMs: number): boolean {
    if (this.waiting === 0) return true;
    if (isSlow || this.#quickLine.queue.length > 0) return false;
    const slow = this.#slowLine.next(nowMs);
    return slow !== null && this.#isKeptFrom(slow, this.#costs.of(slow), nowMs);
  }

  /** The lane for a request, null if there is none, or 'kept' if there is one that is kept from it. */
  #choose(exchange: Exchange, costMs: number, nowMs: number): L | 'kept' | null {
    this.#nowMs = nowMs;
    const { recallAfterMs } = this.#options;
    const loadMax = costMs > recallAfterMs ? 1 : 1 + this.#serviceTimes.lookAhead;
    const isStreamed = exchange.body.kind === 'stream';
    const lane =
      chooseLane(this.lanes, loadMax, isStreamed, this.#isHeldUp) ??
      (costMs > this.#slowAfterMs || isStreamed ? null : this.#aboutToEnd(nowMs));
    if (!lane) return null;
    if (lane.load > 0) {
      // Handed ahead, it could come to run on the last lane unseen; so a route nobody has measured waits for a free one.
      return this.#isReserving && this.#costs.isNew(exchange) ? null : lane;
    }
    if (this.#isKeptFrom(exchange, costMs, nowMs)) return 'kept';
    this.#begins(lane, costMs);
    return lane;
  }

  #begins(lane: L, costMs: number): void {
    if (costMs > this.#options.recallAfterMs) this.#busyForMs.set(lane, costMs);
    else if (this.#busyForMs.size > 0) this.#busyForMs.delete(lane);
  }

  /**
   * Of the lanes that are known to end soon, the one that ends first; null if there is none. Only where more wait than
   * there are lanes: whichever is free first then has something to do, and nobody waits for this one in vain.
   */
  #aboutToEnd(nowMs: number): L | null {
    if (this.#options.lookAhead === 0 || !this.#isCrowded) return null;
    let best: L | null = null;
    let bestMs = EAGER_MS;
    for (const lane of this.lanes) {
      if (lane.load !== 1 || !lane.mayLookAhead) continue;
      const expectedMs = this.#expectedMs(lane);
      const leftMs = lane.runningSinceMs + expectedMs - nowMs;
      if (expectedMs === 0 || leftMs > bestMs || this.isLate(lane, nowMs)) continue;
      best = lane;
      bestMs = leftMs;
    }
    return best;
  }

  /** How long the running request of a lane takes, where that is known well and not long; else 0. */
  #expectedMs(lane: L): number {
    const busyForMs = this.#busyForMs.get(lane) ?? 0;
    if (busyForMs === 0 || busyForMs > this.#slowAfterMs || !lane.running) return 0;
    return this.#costs.deviationOf(lane.running) <= EAGER_MS ? busyForMs : 0;
  }

  get #isCrowded(): boolean {
    return this.#quickLine.queue.length > this.lanes.length;
  }

  /** Whether the lanes that are left are kept from a request, because it is slow or may be. */
  #isKeptFrom(exchange: Exchange, costMs: number, nowMs: number): boolean {
    if (!this.#isReserving) return false;
    const forAll = this.lanes.length - this.#reserved(this.#quickLoad.at(nowMs));
    if (this.#count(isBusy) < forAll) return false;
    if (!this.#quickTraffic.isExpectedWithin(Math.max(costMs, this.#slowAfterMs), nowMs)) return false;
    if (costMs > this.#slowAfterMs) return this.#count(this.#isSlow) >= forAll;
    // So many of a route that has never been seen to end may well be a slow route that everybody asks for at once.
    return this.#costs.isNew(exchange) && this.#count((lane) => this.#isAlike(lane, exchange)) >= forAll;
  }

  #count(is: (lane: L) => boolean): number {
    let count = 0;
    for (const lane of this.lanes) if (is(lane)) count++;
    return count;
  }

  #isAlike({ running }: L, exchange: Exchange): boolean {
    return running !== null && this.#costs.isSameRoute(running, exchange);
  }

  /** Whether the request that runs on a lane, or has just ended there, was known to be slow. */
  #isKnownSlow(lane: L): boolean {
    return (this.#busyForMs.get(lane) ?? 0) > this.#slowAfterMs;
  }

  /** Finds running requests that turn out to be slow. From now on that is known of their lanes and of their routes. */
  #lookForSlow(nowMs: number): void {
    if (nowMs < this.#lookAgainMs) return;
    this.#lookAgainMs = nowMs + LOOK_EVERY_MS;
    let isNews = false;
    for (const lane of this.lanes) {
      const forMs = nowMs - lane.runningSinceMs;
      if (!lane.running || forMs <= this.#slowAfterMs || this.#isSlow(lane)) continue;
      this.#busyForMs.set(lane, forMs);
      this.#costs.runs(lane.running, forMs);
      isNews = true;
    }
    if (isNews) this.#markSlow();
  }

  /** A route has turned out to be quick after all: those of its requests that wait among the slow ones come back. */
  #sortAgain(): void {
    const quick: Exchange[] = [];
    for (const exchange of this.#slowLine.queue.list()) {
      if (this.#costs.of(exchange) <= this.#slowAfterMs) quick.push(exchange);
    }
    for (const exchange of quick) {
      this.#slowLine.queue.delete(exchange);
      this.#quickLine.queue.rejoin(exchange);
    }
  }

  /** What has been learnt about routes holds for requests that run already. */
  #markSlow(): void {
    for (const lane of this.lanes) {
      const costMs = lane.running && !this.#isSlow(lane) ? this.#costs.of(lane.running) : 0;
      if (costMs > this.#slowAfterMs) this.#busyForMs.set(lane, costMs);
    }
  }

  /** The reserve holds for places in the queue as it does for lanes: slow requests alone do not fill it. */
  #placesForSlow(): number {
    const { queueLength } = this.#options;
    const share = this.lanes.length === 0 ? 0 : this.#reserved(0) / this.lanes.length;
    return Math.ceil(queueLength * (1 - share));
  }

  get #isReserving(): boolean {
    return this.#reserved(0) > 0;
  }

  #reserved(quickLoad: number): number {
    return reservedLanes(this.lanes.length, this.#options.reserveLanes ?? null, quickLoad);
  }

  #lineOf(costMs: number): WaitingLine {
    return costMs > this.#slowAfterMs ? this.#slowLine : this.#quickLine;
  }
}

function isBusy({ load }: DispatchLane): boolean {
  return load > 0;
}

function earlier(one: Exchange | null, other: Exchange | null): Exchange | null {
  if (!one || !other) return one ?? other;
  return isBefore(other, one) ? other : one;
}
