// One HTTP connection: its requests are handed on one after the other, in the order they came, and never two at once.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayError } from '../exchange/errors.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Peer } from '../exchange/peer.ts';

/** A request that waits for the one before. */
interface Waiting {
  readonly exchange: Exchange;
  readonly start: () => void;
}

/** A connection that has sent a request. */
export class HttpConnection {
  readonly peer: Peer;
  readonly #socket: Socket;
  readonly #requestsMax: number;
  #count = 0;
  #current: Exchange | null = null;
  #waiting: Waiting[] = [];
  /** The response that leaves at last, while the next request waits for that. */
  #isFlushing = false;
  #isClosing = false;
  #last: { readonly exchange: Exchange; readonly request: IncomingMessage } | null = null;

  /** @param requestsMax requests that are answered before it is closed */
  constructor(socket: Socket, peer: Peer, requestsMax: number) {
    this.#socket = socket;
    this.#requestsMax = requestsMax;
    this.peer = peer;
    socket.once('close', () => {
      this.close();
      this.#current?.cancel();
    });
  }

  /** Whether the answer to the current request is the last. */
  get isClosing(): boolean {
    return this.#isClosing && this.#waiting.length === 0;
  }

  /** Whether further requests are ignored. */
  get isDeaf(): boolean {
    return this.#isClosing;
  }

  /** How many requests wait for the one that is being answered. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Calls `start` when all exchanges before are answered, at once if there are none. */
  enqueue(exchange: Exchange, request: IncomingMessage, response: ServerResponse, start: () => void): void {
    this.#last = { exchange, request };
    exchange.whenDone(() => this.#finished(exchange, response));
    if (this.#current !== null || this.#isFlushing) {
      this.#waiting.push({ exchange, start });
      return;
    }
    this.#begin(exchange, start);
  }

  /** The current request is the last, whatever has come behind it. */
  close(): void {
    this.#isClosing = true;
    for (const { exchange } of this.#waiting.splice(0)) exchange.cancel();
  }

  /**
   * The client has sent what cannot be understood, or not in time. If that is the body of a request, that one fails;
   * otherwise the requests before are answered. Returns false if there are none: then nothing has been done.
   */
  spoil(error: GatewayError): boolean {
    const last = this.#last;
    if (this.#isClosing) return true;
    if (last === null || last.exchange.isDone) return false;
    this.#isClosing = true;
    if (!last.request.complete) last.exchange.fail(error);
    return true;
  }

  #begin(exchange: Exchange, start: () => void): void {
    this.#current = exchange;
    this.#count++;
    if (this.#count >= this.#requestsMax) this.close();
    start();
  }

  #finished(exchange: Exchange, response: ServerResponse): void {
    // It would keep the body of its last request as long as it is idle.
    if (this.#last?.exchange === exchange) this.#last = null;
    if (exchange !== this.#current) {
      this.#waiting = this.#waiting.filter((each) => each.exchange !== exchange);
      return;
    }
    this.#current = null;
    if (this.#waiting.length > 0) {
      // Only then Node lets the next response have the connection.
      this.#isFlushing = true;
      response.once('finish', () => {
        this.#isFlushing = false;
        this.#next();
      });
    } else {
      this.#next();
    }
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#begin(next.exchange, next.start);
    } else if (this.#isClosing) {
      // The answer may have begun before that was known.
      this.#socket.destroySoon();
    }
  }
}
