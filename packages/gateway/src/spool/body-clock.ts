// Owns the clock of request bodies: one that stops arriving must not keep its connection, its file and its memory for ever.

import type { BodyStream } from '../exchange/body.ts';
import { GatewayError } from '../exchange/errors.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { type Enrolled, Roster } from '../exchange/roster.ts';

/** How much later than allowed a body may be found late, as a share of the timeout. */
const COARSENESS = 1 / 4;

interface Watched extends Enrolled {
  readonly exchange: Exchange;
  readonly body: BodyStream;
  receivedBytes: number;
  sinceMs: number;
}

/** Fails requests whose body stops arriving. One coarse timer for all of them, and none while there are none. */
export class BodyClock {
  readonly #timeoutMs: number;
  readonly #watched = new Roster<Watched>();
  #timer: NodeJS.Timeout | null = null;

  /** @param timeoutMs how long nothing may come of a body that is wanted */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** How many are watched. */
  get count(): number {
    return this.#watched.size;
  }

  /** Watches a body until it has ended or its exchange is over. */
  watch(exchange: Exchange, body: BodyStream): void {
    const watched = { exchange, body, receivedBytes: 0, sinceMs: performance.now(), place: -1 };
    this.#watched.add(watched);
    // At once, and not when it is looked the next time: until then it would keep the bytes of each body that has ended.
    exchange.whenDone(() => this.#watched.delete(watched));
    // It keeps nobody from ending: sockets do, as long as bodies can come.
    this.#timer ??= setTimeout(() => this.#look(), this.#timeoutMs * COARSENESS).unref();
  }

  #look(): void {
    const nowMs = performance.now();
    for (const watched of this.#watched.list()) this.#check(watched, nowMs);
    if (this.#watched.size > 0) this.#timer?.refresh();
    else this.#timer = null;
  }

  #check(watched: Watched, nowMs: number): void {
    const { exchange, body } = watched;
    if (body.hasEnded) {
      this.#watched.delete(watched);
    } else if (!body.isAwaited || body.receivedBytes !== watched.receivedBytes) {
      watched.receivedBytes = body.receivedBytes;
      watched.sinceMs = nowMs;
    } else if (nowMs - watched.sinceMs > this.#timeoutMs) {
      this.#watched.delete(watched);
      const came = `nothing came of the request body for ${this.#timeoutMs} ms, after ${body.receivedBytes} bytes`;
      const error = new GatewayError('SLUICE_REQUEST_SLOW', `${came} (limits.body_timeout)`);
      // Whoever collects it ends the exchange; whoever passes it on is told that it broke off.
      body.fail(error);
      exchange.fail(error);
    }
  }
}
