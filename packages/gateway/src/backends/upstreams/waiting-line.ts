// Owns the requests that wait for a server that may have no more for now: bounded in length and in time.

import { GatewayError } from '../../exchange/errors.ts';
import type { Exchange, Holder } from '../../exchange/exchange.ts';

/** Goes on with an exchange whose turn has come. */
export type Proceed = (exchange: Exchange) => void;

interface Waiting {
  readonly exchange: Exchange;
  readonly proceed: Proceed;
  readonly clock: NodeJS.Timeout;
}

/** First come, first served. */
export class WaitingLine implements Holder {
  readonly #lengthMax: number;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<Exchange, Waiting>();

  constructor(lengthMax: number, timeoutMs: number) {
    this.#lengthMax = lengthMax;
    this.#timeoutMs = timeoutMs;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** Takes an exchange in, or fails it if there is no room. */
  add(exchange: Exchange, proceed: Proceed): void {
    if (this.#waiting.size >= this.#lengthMax) {
      const message = `${this.#waiting.size} requests wait for a server, ${this.#lengthMax} allowed (queue.length)`;
      exchange.fail(new GatewayError('SLUICE_QUEUE_FULL', message));
      return;
    }
    exchange.holder = this;
    const clock = setTimeout(() => {
      this.#waiting.delete(exchange);
      const message = `waited for a server for ${this.#timeoutMs} ms (queue.timeout)`;
      exchange.fail(new GatewayError('SLUICE_QUEUE_TIMEOUT', message));
    }, this.#timeoutMs);
    this.#waiting.set(exchange, { exchange, proceed, clock });
  }

  /** Goes on with the first in line, if there is one. */
  next(): void {
    for (const { exchange, proceed } of this.#waiting.values()) {
      this.cancelled(exchange);
      proceed(exchange);
      return;
    }
  }

  /** Fails all. */
  refuse(error: GatewayError): void {
    for (const { exchange } of this.#waiting.values()) {
      this.cancelled(exchange);
      exchange.fail(error);
    }
  }

  cancelled(exchange: Exchange): void {
    const waiting = this.#waiting.get(exchange);
    if (!waiting) return;
    clearTimeout(waiting.clock);
    this.#waiting.delete(exchange);
  }

  drained(exchange: Exchange): void {
    if (exchange.isDone) this.cancelled(exchange);
  }
}
