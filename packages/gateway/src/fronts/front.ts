// What every front has in common: it listens, makes exchanges, and can be drained.

import type { Server, Socket } from 'node:net';
import type { Exchange } from '../exchange/exchange.ts';
import type { HeadClock } from './head-clock.ts';

/** Takes the exchanges a front makes. */
export type ExchangeHandler = (exchange: Exchange) => void;

/** What a front is made with. */
export interface FrontOptions {
  readonly handle: ExchangeHandler;
  /** Whether error pages show what happened. */
  readonly showDetail: boolean;
  /** Bytes of all variables of a request. */
  readonly variablesBytes: number;
  readonly variablesCount: number;
  /** Watches the heads of requests; default nobody does. */
  readonly headClock?: HeadClock;
}

/** One protocol on one listening socket. Whoever makes it binds its server, and closes it. */
export interface Front {
  readonly protocol: string;
  /** Not listening yet. */
  readonly server: Server;
  /**
   * Finishes the requests in progress and closes their connections; idle ones are closed at once.
   *
   * @param isSpared which connections are left alone; default none. HTTP leaves those alone that have had no request yet.
   */
  drain(isSpared?: (socket: Socket) => boolean): void;
  /** Cuts all connections now. */
  destroy(): void;
}
