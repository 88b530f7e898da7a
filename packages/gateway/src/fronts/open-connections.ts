// Owns the connections that a front has at the moment: whose heads are watched, and how all of them end.

import type { Socket } from 'node:net';
import type { HeadClock, HeadReader } from './head-clock.ts';

/** A connection of a web server, without its socket. */
export interface OpenConnection extends HeadReader {
  /** Ends it, if need be after the request in progress. */
  close(): void;
}

/** Those of one front. */
export class OpenConnections {
  readonly #sockets = new Map<OpenConnection, Socket>();
  readonly #headClock: HeadClock | undefined;

  constructor(headClock: HeadClock | undefined) {
    this.#headClock = headClock;
    headClock?.watch(this.#sockets);
  }

  /** Takes a new one; it is forgotten when its socket is closed. */
  add(connection: OpenConnection, socket: Socket): void {
    this.#sockets.set(connection, socket);
    this.#headClock?.start();
    socket.on('close', () => this.#sockets.delete(connection));
  }

  /** See `Front.drain`. */
  drain(isSpared?: (socket: Socket) => boolean): void {
    for (const [connection, socket] of this.#sockets) {
      if (isSpared?.(socket) !== true) connection.close();
    }
  }

  /** Cuts all of them. */
  destroy(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }
}
