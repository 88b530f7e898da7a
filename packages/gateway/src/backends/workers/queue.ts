// Owns the exchanges that wait for a lane, in the order in which they began to wait.

import type { Exchange } from '../../exchange/exchange.ts';

class Place {
  readonly queue: Queue;
  readonly exchange: Exchange;
  before: Place | null;
  after: Place | null;

  constructor(queue: Queue, exchange: Exchange, before: Place | null, after: Place | null) {
    this.queue = queue;
    this.exchange = exchange;
    this.before = before;
    this.after = after;
  }
}

/**
 * A waiting line. Joining at the end, leaving from the front and leaving from the middle cost the same. Each exchange knows
 * its place: a Map that is filled and emptied all the time keeps its discarded tables, and what was in them, in memory.
 */
export class Queue {
  #first: Place | null = null;
  #last: Place | null = null;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The exchange that has waited longest, or null. */
  get first(): Exchange | null {
    return this.#first?.exchange ?? null;
  }

  /** The exchange that has waited least, or null. */
  get last(): Exchange | null {
    return this.#last?.exchange ?? null;
  }

  /** All that wait at this moment, those that have waited longest first. */
  list(): Exchange[] {
    const all: Exchange[] = [];
    for (let place = this.#first; place; place = place.after) all.push(place.exchange);
    return all;
  }

  /** Joins at the end. */
  push(exchange: Exchange): void {
    this.#join(exchange, this.#last, null);
  }

  /** Joins before all that was queued later: for what has waited before, which belongs near the front. */
  rejoin(exchange: Exchange): void {
    let after = this.#first;
    while (after && isBefore(after.exchange, exchange)) after = after.after;
    this.#join(exchange, after ? after.before : this.#last, after);
  }

  /** Takes the exchange that has waited longest, or null. */
  shift(): Exchange | null {
    const exchange = this.first;
    if (exchange) this.delete(exchange);
    return exchange;
  }

  /** Takes an exchange out, wherever it stands. Returns whether it was in the queue. */
  delete(exchange: Exchange): boolean {
    const { place } = exchange;
    if (!(place instanceof Place) || place.queue !== this) return false;
    const { before, after } = place;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    // An old place would keep those behind it, and all they know, from being collected while they are young.
    place.before = null;
    place.after = null;
    exchange.place = null;
    this.#length--;
    return true;
  }

  #join(exchange: Exchange, before: Place | null, after: Place | null): void {
    const place = new Place(this, exchange, before, after);
    if (before) before.after = place;
    else this.#first = place;
    if (after) after.before = place;
    else this.#last = place;
    exchange.place = place;
    this.#length++;
  }
}

/** Whether one exchange began to wait before the other. */
export function isBefore(one: Exchange, other: Exchange): boolean {
  return one.queuedMs === other.queuedMs ? one.id < other.id : one.queuedMs < other.queuedMs;
}
