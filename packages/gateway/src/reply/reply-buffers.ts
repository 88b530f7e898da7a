// Owns what all buffered replies share: the memory they may take together, and the word that one could not be stored.

import type { Exchange } from '../exchange/exchange.ts';
import type { Spool } from '../spool/spool.ts';
import { ReplyBuffer, type BufferShare } from './reply-buffer.ts';
import { SpillFile } from './spill-file.ts';

/** How much of replies may wait for their clients, in bytes. */
export interface BufferLimits {
  /** Of one reply in memory. */
  readonly memoryBytes: number;
  /** Of all replies together in memory; beyond it they wait in files. */
  readonly totalMemoryBytes: number;
  /** Of one reply in its file; 0 for none. Beyond it the backend waits. */
  readonly maxBytes: number;
  /** See `BufferShare.patienceMs`; default 10. */
  readonly patienceMs?: number;
}

/** A client that takes less than half of `memoryBytes` in this time, by default 50 MiB/s, is slow. */
const PATIENCE_MS = 10;

/** Makes buffers for clients that do not keep up. */
export class ReplyBuffers implements BufferShare {
  readonly memoryBytes: number;
  readonly fileBytes: number;
  readonly patienceMs: number;
  readonly #limits: BufferLimits;
  readonly #spool: Spool;
  readonly #onSpillFailed: (exchange: Exchange, cause: unknown) => void;
  readonly #open = new Set<ReplyBuffer>();
  #heldBytes = 0;

  /** @param onSpillFailed a reply could not be written to its file; its backend waits for the client from now on */
  constructor(
    limits: BufferLimits,
    spool: Spool,
    onSpillFailed: (exchange: Exchange, cause: unknown) => void,
  ) {
    this.memoryBytes = limits.memoryBytes;
    this.fileBytes = limits.maxBytes;
    this.patienceMs = limits.patienceMs ?? PATIENCE_MS;
    this.#limits = limits;
    this.#spool = spool;
    this.#onSpillFailed = onSpillFailed;
  }

  /** Replies that are being buffered. */
  get count(): number {
    return this.#open.size;
  }

  /** Bytes of all of them in memory. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** A buffer for a client that has just said that it takes no more; null if nothing may be held at all. */
  hold(exchange: Exchange): ReplyBuffer | null {
    if (this.memoryBytes === 0 && this.fileBytes === 0) return null;
    const buffer = new ReplyBuffer(exchange, this, new SpillFile(this.#spool));
    this.#open.add(buffer);
    return buffer;
  }

  hasRoom(bytes: number): boolean {
    return this.#heldBytes + bytes <= this.#limits.totalMemoryBytes;
  }

  held(bytes: number): void {
    this.#heldBytes += bytes;
  }

  spillFailed(exchange: Exchange, cause: unknown): void {
    this.#onSpillFailed(exchange, cause);
  }

  closed(buffer: ReplyBuffer): void {
    this.#open.delete(buffer);
  }
}
