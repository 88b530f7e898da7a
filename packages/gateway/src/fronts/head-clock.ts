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

/** A head that was incomplete when it was last looked. */
interface Suspect {
  readonly headCount: number;
  /** Since when that has been seen. */
  readonly sinceMs: number;
}

/** Connections by what reads their heads: those that a front has at the moment, and no others. */
export type HeadReaders = ReadonlyMap<HeadReader, Socket>;

/** Closes connections whose head takes too long. One coarse timer for all of them, and none while there are none. */
export class HeadClock {
  readonly #timeoutMs: number;
  readonly #late: (peer: string, message: string) => void;
  readonly #watched: HeadReaders[] = [];
  #suspects: ReadonlyMap<HeadReader, Suspect> = new Map();
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param timeoutMs from the first byte of a head to its last
   * @param late told of each connection that is closed; `peer` is an address, or empty for a Unix socket
   */
  constructor(timeoutMs: number, late: (peer: string, message: string) => void) {
    this.#timeoutMs = timeoutMs;
    this.#late = late;
  }

  /** Watches all connections that are in there whenever it looks, for ever. `start` is due when one has been added. */
  watch(connections: HeadReaders): void {
    this.#watched.push(connections);
  }

  /** Begins to look, if it does not already: there is a connection. */
  start(): void {
    this.#timer ??= setTimeout(() => this.#look(), this.#timeoutMs * COARSENESS).unref();
  }

  #look(): void {
    const nowMs = performance.now();
    const suspects = new Map<HeadReader, Suspect>();
    let isNeeded = false;
    for (const connections of this.#watched) {
      if (connections.size > 0) isNeeded = true;
      for (const [reader, socket] of connections) {
        const suspect = reader.isInsideHead && !socket.destroyed ? this.#judge(reader, socket, nowMs) : null;
        if (suspect) suspects.set(reader, suspect);
      }
    }
    this.#suspects = suspects;
    if (isNeeded) this.#timer?.refresh();
    else this.#timer = null;
  }

  /** Returns what to remember of it; null if it has been closed. */
  #judge(reader: HeadReader, socket: Socket, nowMs: number): Suspect | null {
    const before = this.#suspects.get(reader);
    if (before?.headCount !== reader.headCount) return { headCount: reader.headCount, sinceMs: nowMs };
    if (nowMs - before.sinceMs <= this.#timeoutMs) return before;
    const peer = socket.remoteAddress ?? '';
    socket.destroy();
    this.#late(
      peer,
      `a request that was begun did not arrive within ${this.#timeoutMs} ms (limits.header_timeout)`,
    );
    return null;
  }
}
