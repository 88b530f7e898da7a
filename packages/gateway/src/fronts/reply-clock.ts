// Owns the clock of replies on their way out: a peer that takes nothing of one loses its connection.

import type { Socket } from 'node:net';
import { unacknowledgedBytes } from './kernel-queue.ts';

/** How often it is looked, as a share of the timeout: a peer may be found late by so much. */
const COARSENESS = 1 / 4;
/** From this share of the timeout on it is asked what the kernel still has of it. */
const SUSPICIOUS_AFTER = 1 / 2;

/** A connection with something to send. */
interface Watched {
  sentBytes: number;
  sinceMs: number;
  /** What the kernel had, when that was last asked. */
  queuedBytes: number | null;
}

/** Closes connections whose peer takes nothing of what waits for it. One coarse timer for all of them. */
export class ReplyClock {
  readonly #timeoutMs: number;
  readonly #sockets: ReadonlySet<Socket>;
  readonly #late: (peer: string, message: string) => void;
  /** Those that had something to send when it was last looked. */
  #watched = new Map<Socket, Watched>();
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param timeoutMs how long nothing of a reply may be taken
   * @param sockets the connections to look at, whenever it looks
   * @param late told of each connection that is closed; `peer` is an address, or empty for a Unix socket
   */
  constructor(
    timeoutMs: number,
    sockets: ReadonlySet<Socket>,
    late: (peer: string, message: string) => void,
  ) {
    this.#timeoutMs = timeoutMs;
    this.#sockets = sockets;
    this.#late = late;
  }

  /** Begins to look, if it does not already: there is a connection. */
  start(): void {
    this.#timer ??= setTimeout(() => this.#look(), this.#timeoutMs * COARSENESS).unref();
  }

  #look(): void {
    const nowMs = performance.now();
    const before = this.#watched;
    const suspects: Socket[] = [];
    this.#watched = new Map();
    for (const socket of this.#sockets) {
      if (socket.writableLength === 0 || socket.destroyed) continue;
      const watched = progressOf(socket, before.get(socket), nowMs);
      this.#watched.set(socket, watched);
      if (nowMs - watched.sinceMs >= this.#timeoutMs * SUSPICIOUS_AFTER) suspects.push(socket);
    }
    if (suspects.length > 0) this.#judge(suspects, nowMs);
    if (this.#sockets.size > 0) this.#timer?.refresh();
    else this.#timer = null;
  }

  /** The kernel holds megabytes for a TCP peer, and takes no more before a large part has gone: slow is not stuck. */
  #judge(suspects: readonly Socket[], nowMs: number): void {
    const queued = unacknowledgedBytes(suspects);
    for (const socket of suspects) {
      const watched = this.#watched.get(socket);
      if (!watched) continue;
      const { queuedBytes } = watched;
      const nowQueued = queued.get(socket) ?? null;
      if (nowQueued !== queuedBytes) {
        if (queuedBytes !== null) watched.sinceMs = nowMs;
        watched.queuedBytes = nowQueued;
      } else if (nowMs - watched.sinceMs > this.#timeoutMs) {
        this.#watched.delete(socket);
        const peer = socket.remoteAddress ?? '';
        socket.destroy();
        this.#late(peer, `nothing of a reply was taken for ${this.#timeoutMs} ms (limits.send_timeout)`);
      }
    }
  }
}

/** What is known of a connection: as before if it has sent nothing since. */
function progressOf(socket: Socket, before: Watched | undefined, nowMs: number): Watched {
  const sentBytes = socket.bytesWritten - socket.writableLength;
  return before?.sentBytes === sentBytes ? before : { sentBytes, sinceMs: nowMs, queuedBytes: null };
}
