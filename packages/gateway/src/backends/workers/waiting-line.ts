// Owns requests of one kind that wait, and says which of them is next.

import type { Exchange } from '../../exchange/exchange.ts';
import { Queue } from './queue.ts';
import { ServingOrder } from './serving-order.ts';

/** A queue with an order of service: oldest first, under sustained overload newest first. */
export class WaitingLine {
  readonly queue: Queue = new Queue();
  readonly #order: ServingOrder;

  /** @param timeoutMs how long a request may wait */
  constructor(timeoutMs: number) {
    this.#order = new ServingOrder(timeoutMs);
  }

  /** Takes out a request whose client has gone. Returns whether it was here. */
  clientLeft(exchange: Exchange, nowMs: number): boolean {
    if (!this.queue.delete(exchange)) return false;
    this.#order.clientLeft(nowMs - exchange.queuedMs);
    return true;
  }

  /** The request whose turn it is, or null. It stays in the queue. */
  next(nowMs: number): Exchange | null {
    const { first, last } = this.queue;
    return this.#order.isNewestFirst(first ? nowMs - first.queuedMs : 0) ? last : first;
  }
}
