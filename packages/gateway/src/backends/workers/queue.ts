// Owns the exchanges that wait for a lane, in the order in which they began to wait.

import type { Exchange } from '../../exchange/exchange.ts';

interface Place {
  readonly exchange: Exchange;
  before: Place | null;
  after: Place | null;
}

/** A waiting line. Joining at the end, leaving from the front and leaving from the middle cost the same. */
export class Queue {
  #first: Place | null = null;
  #last: Place | null = null;
  readonly #places = new Map<Exchange, Place>();

  get length(): number {
    return this.#places.size;
  }

  /** The exchange that has waited longest, or null. */
  get first(): Exchange | null {
    return this.#first?.exchange ?? null;
  }

  /** The exchange that has waited least, or null. */
  get last(): Exchange | null {
    return this.#last?.exchange ?? null;
  }

  /** Joins at the end. */
  push(exchange: Exchange): void {
    const place: Place = { exchange, before: this.#last, after: null };
    if (this.#last) this.#last.after = place;
    else this.#first = place;
    this.#last = place;
    this.#places.set(exchange, place);
  }

  /** Joins before all that was queued later: for what has waited before, which belongs near the front. */
  rejoin(exchange: Exchange): void {
    let after = this.#first;
    while (after && isBefore(after.exchange, exchange)) after = after.after;
    const place: Place = { exchange, before: after ? after.before : this.#last, after };
    if (place.before) place.before.after = place;
    else this.#first = place;
    if (after) after.before = place;
    else this.#last = place;
    this.#places.set(exchange, place);
  }

  /** Takes the exchange that has waited longest, or null. */
  shift(): Exchange | null {
    const exchange = this.first;
    if (exchange) this.delete(exchange);
    return exchange;
  }

  /** Takes an exchange out, wherever it stands. Returns whether it was in the queue. */
  delete(exchange: Exchange): boolean {
    const place = this.#places.get(exchange);
    if (!place) return false;
    this.#places.delete(exchange);
    if (place.before) place.before.after = place.after;
    else this.#first = place.after;
    if (place.after) place.after.before = place.before;
    else this.#last = place.before;
    return true;
  }
}

/** Whether one exchange began to wait before the other. */
export function isBefore(one: Exchange, other: Exchange): boolean {
  return one.queuedMs === other.queuedMs ? one.id < other.id : one.queuedMs < other.queuedMs;
}
