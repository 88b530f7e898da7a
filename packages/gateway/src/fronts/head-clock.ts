// Owns the clock of request heads: a web server that begins one has to end it, or loses the connection.

import type { Socket } from 'node:net';

/** How much later than allowed a head may be found late, as a share of the timeout. */
const COARSENESS = 1 / 4;

/** A connection, as far as heads go. */
export interface HeadReader {
  /** Whether the head of a request has begun and not ended. */
  readonly isInsideHead: boolean;
  /** Grows with every request: tells one head from the next. */
  readonly headCount: number;
}

interface Watched {
  readonly socket: Socket;
  readonly reader: HeadReader;
  headCount: number;
  /** Since when that head has been seen to be incomplete, or null. */
  sinceMs: number | null;
}

/** Closes connections whose head takes too long. One coarse timer for all of them, and none while there are none. */
export class HeadClock {
  readonly #timeoutMs: number;
  readonly #late: (peer: string, message: string) => void;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param timeoutMs from the first byte of a head to its last
   * @param late told of each connection that is closed; `peer` is an address, or empty for a Unix socket
   */
  constructor(timeoutMs: number, late: (peer: string, message: string) => void) {
    this.#timeoutMs = timeoutMs;
    this.#late = late;
  }

  /** Watches a connection until it is closed. */
  watch(socket: Socket, reader: HeadReader): void {
    const watched = { socket, reader, headCount: 0, sinceMs: null };
    this.#watched.add(watched);
    this.#timer ??= setTimeout(() => this.#look(), this.#timeoutMs * COARSENESS).unref();
    socket.once('close', () => this.#watched.delete(watched));
  }

  #look(): void {
    const nowMs = performance.now();
    for (const watched of this.#watched) this.#check(watched, nowMs);
    if (this.#watched.size > 0) this.#timer?.refresh();
    else this.#timer = null;
  }

  #check(watched: Watched, nowMs: number): void {
    const { socket, reader } = watched;
    if (!reader.isInsideHead) {
      watched.sinceMs = null;
    } else if (watched.sinceMs === null || reader.headCount !== watched.headCount) {
      watched.headCount = reader.headCount;
      watched.sinceMs = nowMs;
    } else if (nowMs - watched.sinceMs > this.#timeoutMs) {
      this.#watched.delete(watched);
      const peer = socket.remoteAddress ?? '';
      socket.destroy();
      this.#late(
        peer,
        `a request that was begun did not arrive within ${this.#timeoutMs} ms (limits.header_timeout)`,
      );
    }
  }
}
