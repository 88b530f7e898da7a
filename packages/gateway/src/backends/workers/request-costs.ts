// Tells how long a request is likely to take: by what the configuration says of its path, or by what its route took so far.

import type { Exchange } from '../../exchange/exchange.ts';
import { RouteCosts } from './route-costs.ts';
import { routeOf } from './route-key.ts';

/** What a path that is configured to be slow costs, in milliseconds: more than anything that has been measured. */
const SLOW_PATH_MS = 10_000;

/** Names that are remembered to have ended; when there are more, it begins anew. */
const REMEMBERED_MAX = 500;

/** Paths whose cost is configured. Each is a prefix of SCRIPT_NAME and PATH_INFO together; the longest that fits counts. */
export interface ConfiguredCosts {
  readonly quickPaths: readonly string[];
  readonly slowPaths: readonly string[];
}

/** The expected times of requests. While nothing is known to be slow, asking costs next to nothing. */
export class RequestCosts {
  readonly #routes: RouteCosts;
  /** Path prefixes and what they cost, the longest first. */
  readonly #configured: readonly (readonly [prefix: string, costMs: number])[];
  /** Paths of which no route is known to take time: asking again is quick. */
  readonly #plainPaths = new Set<string>();
  /** Routes of which a request has been seen to end. */
  readonly #ended = new Set<string>();
  /** Paths of such routes: asking again is quick. */
  readonly #endedPaths = new Set<string>();
  /** The routes of requests that were asked for and matter, so that their end is told as well. */
  readonly #routeOf = new WeakMap<Exchange, string>();

  /** @param forgetBelowMs mean time of a route below which it need not be known */
  constructor(forgetBelowMs: number, { quickPaths, slowPaths }: ConfiguredCosts) {
    this.#routes = new RouteCosts(forgetBelowMs);
    const quick = quickPaths.map((prefix) => [prefix, 0] as const);
    const slow = slowPaths.map((prefix) => [prefix, SLOW_PATH_MS] as const);
    this.#configured = [...quick, ...slow].toSorted(([a], [b]) => b.length - a.length);
  }

  /** How long the request is likely to take, in milliseconds; 0 if nothing is known of it, which is nearly always. */
  of(exchange: Exchange): number {
    if (this.#configured.length > 0) {
      const configured = this.#configuredFor(exchange);
      if (configured !== undefined) return configured;
    }
    if (this.#routes.size === 0) return 0;
    const path = pathOf(exchange);
    if (this.#plainPaths.has(path)) return 0;
    const route = this.#nameRoute(exchange);
    const costMs = this.#routes.meanMs(route);
    if (costMs > 0) this.#routeOf.set(exchange, route);
    else if (!this.#routes.knowsPathOf(route)) remember(this.#plainPaths, path);
    return costMs;
  }

  /** How far requests of its route usually are from what they cost; infinite if nothing has been measured. */
  deviationOf(exchange: Exchange): number {
    return this.#routes.size === 0 ? Infinity : this.#routes.deviationMs(this.#nameRoute(exchange));
  }

  /** Whether no request of its route has been seen to end, among those that were asked for here. */
  isNew(exchange: Exchange): boolean {
    const path = pathOf(exchange);
    if (this.#endedPaths.has(path)) return false;
    const route = this.#nameRoute(exchange);
    if (this.#ended.has(route)) {
      remember(this.#endedPaths, path);
      return false;
    }
    this.#routeOf.set(exchange, route);
    return true;
  }

  /** Whether two requests have the same route. */
  isSameRoute(one: Exchange, other: Exchange): boolean {
    return this.#nameRoute(one) === this.#nameRoute(other);
  }

  /** The request has ended. @param isTelling whether its time says something about its route even if it is not known */
  ended(exchange: Exchange, tookMs: number, isTelling: boolean): void {
    const route = this.#routeOf.get(exchange) ?? (isTelling ? this.#nameRoute(exchange) : undefined);
    if (route === undefined) return;
    if (this.#routes.ended(route, tookMs)) this.#plainPaths.clear();
    remember(this.#ended, route);
  }

  /** The request has run for so long and goes on. */
  runs(exchange: Exchange, forMs: number): void {
    if (this.#routes.runs(this.#nameRoute(exchange), forMs)) this.#plainPaths.clear();
  }

  #nameRoute(exchange: Exchange): string {
    return this.#routeOf.get(exchange) ?? routeOfExchange(exchange);
  }

  #configuredFor({ variables }: Exchange): number | undefined {
    const path = `${variables.get('SCRIPT_NAME') ?? ''}${variables.get('PATH_INFO') ?? ''}`;
    return this.#configured.find(([prefix]) => isUnder(path, prefix))?.[1];
  }
}

function pathOf({ variables }: Exchange): string {
  return variables.get('PATH_INFO') ?? '';
}

function routeOfExchange(exchange: Exchange): string {
  return routeOf(exchange.variables.get('REQUEST_METHOD') ?? '', pathOf(exchange));
}

function remember(names: Set<string>, name: string): void {
  if (names.size >= REMEMBERED_MAX) names.clear();
  names.add(name);
}

function isUnder(path: string, prefix: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return path.length === prefix.length || prefix.endsWith('/') || path[prefix.length] === '/';
}
