// Owns the clock of replies on their way out: a peer that takes nothing of one loses its connection.

import type { Socket } from 'node:net';
import { unacknowledgedBytes } from './kernel-queue.ts';

/** How often it is looked, as a share of the timeout: a peer may be found late by so much. */
const COARSENESS = 1 / 4;
/** From this share of the timeout on it is asked what the kernel still has of it. */
const SUSPICIOUS_AFTER = 1 / 2;

interface Watched {
  readonly socket: Socket;
  sentBytes: number;
  sinceMs: number;
  /** What the kernel had, when that was last asked. */
  queuedBytes: number | null;
}

/** Closes connections whose peer takes nothing of what waits for it. One coarse timer for all of them. */
export class ReplyClock {
  readonly #timeoutMs: number;
  readonly #late: (peer: string, message: string) => void;
  readonly #watched = new Map<Socket, Watched>();
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param timeoutMs how long nothing of a reply may be taken
   * @param late told of each connection that is closed; `peer` is an address, or empty for a Unix socket
   */
  constructor(timeoutMs: number, late: (peer: string, message: string) => void) {
    this.#timeoutMs = timeoutMs;
    this.#late = late;
  }

  /** Watches a connection until it is closed. */
  watch(socket: Socket): void {
    this.#watched.set(socket, { socket, sentBytes: 0, sinceMs: performance.now(), queuedBytes: null });
    this.#timer ??= setTimeout(() => this.#look(), this.#timeoutMs * COARSENESS).unref();
    socket.once('close', () => this.#watched.delete(socket));
  }

  #look(): void {
    const nowMs = performance.now();
    const suspects: Watched[] = [];
    for (const watched of this.#watched.values()) if (this.#isSuspect(watched, nowMs)) suspects.push(watched);
    if (suspects.length > 0) this.#judge(suspects, nowMs);
    if (this.#watched.size > 0) this.#timer?.refresh();
    else this.#timer = null;
  }

  #isSuspect(watched: Watched, nowMs: number): boolean {
    const { bytesWritten, writableLength } = watched.socket;
    const sentBytes = bytesWritten - writableLength;
    if (writableLength === 0 || sentBytes !== watched.sentBytes) {
      watched.sentBytes = sentBytes;
      watched.sinceMs = nowMs;
      watched.queuedBytes = null;
      return false;
    }
    return nowMs - watched.sinceMs >= this.#timeoutMs * SUSPICIOUS_AFTER;
  }

  /** The kernel holds megabytes for a TCP peer, and takes no more before a large part has gone: slow is not stuck. */
  #judge(suspects: readonly Watched[], nowMs: number): void {
    const queued = unacknowledgedBytes(suspects.map(({ socket }) => socket));
    for (const watched of suspects) {
      const { socket, queuedBytes } = watched;
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
