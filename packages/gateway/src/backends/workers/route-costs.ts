// Learns how long requests of each route take. Pure.

/** How much the newest request counts against all before it: a route that changes is known after a handful of them. */
const WEIGHT = 1 / 4;
/** Longer times make no difference to any decision, and a route that had one is forgiven after a dozen quick requests. */
const TIME_MAX_MS = 10_000;
/** A route of which nothing is known yet is as far from what is expected as can be. */
const UNKNOWN: Cost = { meanMs: 0, deviationMs: TIME_MAX_MS };
/** Routes remembered. Those that have not been asked for the longest are forgotten first. */
const ROUTES_MAX = 500;

/** The decayed mean time of a route, and the decayed mean of how far its requests are from it. */
interface Cost {
  readonly meanMs: number;
  readonly deviationMs: number;
  /** The mean without what runs now and has not ended; absent where nothing of the kind counts. */
  readonly endedMs?: number;
}

/**
 * The decayed mean time of the routes that are not quick. A route nobody has reported counts as taking no time, and one
 * whose mean has become short is forgotten: while all requests are quick there is nothing here to look through.
 */
export class RouteCosts {
  readonly #forgetBelowMs: number;
  /** From the one that has not been reported the longest to the newest. */
  readonly #costs = new Map<string, Cost>();
  /** How many of the known routes have this path, with whatever method. */
  readonly #methods = new Map<string, number>();

  /** @param forgetBelowMs mean time of a route below which it need not be known */
  constructor(forgetBelowMs: number) {
    this.#forgetBelowMs = forgetBelowMs;
  }

  /** How many routes are known, up to 500. */
  get size(): number {
    return this.#costs.size;
  }

  /** How long a request of the route takes, as far as is known; 0 if it is not. */
  meanMs(route: string): number {
    return this.#costs.get(route)?.meanMs ?? 0;
  }

  /** How far from that its requests usually are; of an unknown route nobody can tell. */
  deviationMs(route: string): number {
    return this.#costs.get(route)?.deviationMs ?? Infinity;
  }

  /** Whether a route with the path of this one is known, with whatever method. */
  knowsPathOf(route: string): boolean {
    return this.#methods.has(pathOf(route));
  }

  /** A request of the route has ended. Returns whether the route is known from now on, and was not before. */
  ended(route: string, tookMs: number): boolean {
    const cost = this.#costs.get(route) ?? UNKNOWN;
    const { deviationMs, endedMs: meanMs = cost.meanMs } = cost;
    const offMs = Math.min(tookMs, TIME_MAX_MS) - meanMs;
    const newDeviationMs = deviationMs + (Math.abs(offMs) - deviationMs) * WEIGHT;
    return this.#set(route, { meanMs: meanMs + offMs * WEIGHT, deviationMs: newDeviationMs });
  }

  /**
   * A request of the route has run this long and goes on: the route is at least that slow until one ends, which then counts
   * as any other. One that takes long once does not make a quick route slow. Returns as `ended` does.
   */
  runs(route: string, forMs: number): boolean {
    const { meanMs, deviationMs, endedMs = meanMs } = this.#costs.get(route) ?? UNKNOWN;
    const atLeastMs = Math.max(meanMs, Math.min(forMs, TIME_MAX_MS));
    return this.#set(route, { meanMs: atLeastMs, deviationMs, endedMs });
  }

  #set(route: string, cost: Cost): boolean {
    const wasKnown = this.#forget(route);
    if (cost.meanMs < this.#forgetBelowMs) return false;
    this.#costs.set(route, cost);
    const path = pathOf(route);
    this.#methods.set(path, (this.#methods.get(path) ?? 0) + 1);
    if (this.#costs.size > ROUTES_MAX) this.#forget(this.#oldest);
    return !wasKnown;
  }

  #forget(route: string): boolean {
    if (!this.#costs.delete(route)) return false;
    const path = pathOf(route);
    const others = (this.#methods.get(path) ?? 1) - 1;
    if (others > 0) this.#methods.set(path, others);
    else this.#methods.delete(path);
    return true;
  }

  get #oldest(): string {
    for (const route of this.#costs.keys()) return route;
    return '';
  }
}

function pathOf(route: string): string {
  return route.slice(route.indexOf(' '));
}
