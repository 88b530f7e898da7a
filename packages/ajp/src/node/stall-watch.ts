// Finds connections whose peer keeps us waiting. One coarse timer looks at all of them, so requests cost none.
import type { Socket } from 'node:net';
import type { ServerConnection } from '../server-connection.ts';

/** How long a front may keep a connection waiting, in milliseconds; 0 is for ever. */
export interface ServerTimeouts {
  /** From the first byte of a packet to its last. Default 10 000: a front sends packets whole. */
  readonly packetTimeoutMs: number;
  /** For a body packet that is due. Default 120 000: the front waits for its client, usually up to 60 s. */
  readonly bodyTimeoutMs: number;
  /** For the next request. Default 0: fronts keep their connections and close them when they like. */
  readonly idleTimeoutMs: number;
  /** For a front to take any byte of what was written. Default 60 000. */
  readonly writeTimeoutMs: number;
}

export const DEFAULT_TIMEOUTS: ServerTimeouts = {
  packetTimeoutMs: 10_000,
  bodyTimeoutMs: 120_000,
  idleTimeoutMs: 0,
  writeTimeoutMs: 60_000,
};

interface Watched {
  readonly socket: Socket;
  readonly connection: ServerConnection;
  awaiting: ServerConnection['awaiting'];
  packets: number;
  awaitingSinceMs: number;
  sentBytes: number;
  sentSinceMs: number;
}

/** Closes watched connections that exceed a timeout, at most one interval late. */
export class StallWatch {
  readonly #timeouts: ServerTimeouts;
  readonly #watched = new Set<Watched>();
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | null = null;

  constructor(timeouts: ServerTimeouts) {
    this.#timeouts = timeouts;
    const { packetTimeoutMs, bodyTimeoutMs, idleTimeoutMs, writeTimeoutMs } = timeouts;
    const set = [packetTimeoutMs, bodyTimeoutMs, idleTimeoutMs, writeTimeoutMs].filter((ms) => ms > 0);
    this.#intervalMs = Math.min(1000, Math.max(10, Math.min(...set) / 4));
  }

  /** Watches until the returned function is called. */
  add(socket: Socket, connection: ServerConnection): () => void {
    const nowMs = performance.now();
    const watched: Watched = {
      socket,
      connection,
      awaiting: connection.awaiting,
      packets: connection.packetCount,
      awaitingSinceMs: nowMs,
      sentBytes: 0,
      sentSinceMs: nowMs,
    };
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => this.#sweep(performance.now()), this.#intervalMs).unref();
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size > 0 || this.#timer === null) return;
      clearInterval(this.#timer);
      this.#timer = null;
    };
  }

  #sweep(nowMs: number): void {
    for (const watched of this.#watched) {
      if (this.#isReadingLate(watched, nowMs) || this.#isWritingLate(watched, nowMs))
        watched.socket.destroy();
    }
  }

  // Bytes alone are no progress: a front that sends one now and then would never be late.
  #isReadingLate(watched: Watched, nowMs: number): boolean {
    const { awaiting, packetCount } = watched.connection;
    if (awaiting !== watched.awaiting || packetCount !== watched.packets) {
      watched.awaiting = awaiting;
      watched.packets = packetCount;
      watched.awaitingSinceMs = nowMs;
    }
    const limitMs = this.#limitOf(awaiting);
    return limitMs > 0 && nowMs - watched.awaitingSinceMs > limitMs;
  }

  #isWritingLate(watched: Watched, nowMs: number): boolean {
    const { bytesWritten, writableLength } = watched.socket;
    const sentBytes = bytesWritten - writableLength;
    if (writableLength === 0 || sentBytes !== watched.sentBytes) {
      watched.sentBytes = sentBytes;
      watched.sentSinceMs = nowMs;
    }
    const limitMs = this.#timeouts.writeTimeoutMs;
    return limitMs > 0 && nowMs - watched.sentSinceMs > limitMs;
  }

  #limitOf(awaiting: ServerConnection['awaiting']): number {
    switch (awaiting) {
      case 'packet':
        return this.#timeouts.packetTimeoutMs;
      case 'body':
        return this.#timeouts.bodyTimeoutMs;
      case 'request':
        return this.#timeouts.idleTimeoutMs;
      case 'nothing':
        return 0;
    }
  }
}
