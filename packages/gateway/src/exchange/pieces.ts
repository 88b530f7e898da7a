// Owns body bytes that wait, in the order they came and in few pieces, however small they came.

import { Block, giveBack } from './blocks.ts';

/** A chunk below this size costs more as an object than its bytes do. */
const SMALL_BYTES = 1024;
const BLOCK_BYTES_MIN = 1024;
const BLOCK_BYTES_MAX = 64 * 1024;

/**
 * Bytes on their way. A chunk keeps all the memory it is a view of, and costs some more by itself: a peer that sends a body
 * byte by byte could make a few kilobytes weigh megabytes. So small chunks, and those that are the smaller part of what they
 * keep, are copied together; all others, and the first of all, stay as they came.
 */
export class Pieces {
  #whole: Buffer[] = [];
  /** Where small chunks are copied to; behind all of `#whole`. */
  #block: Buffer | null = null;
  #filledBytes = 0;
  #sizeBytes = 0;

  /** Bytes that wait. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Adds a chunk, which must not change afterwards. */
  push(chunk: Buffer): void {
    const isFirst = this.#sizeBytes === 0;
    this.#sizeBytes += chunk.length;
    if (!isFirst && isWasteful(chunk)) {
      this.#copy(chunk);
      return;
    }
    this.#seal();
    this.#whole.push(chunk);
  }

  /** Takes the first piece out; undefined if there is none. */
  shift(): Buffer | undefined {
    if (this.#whole.length === 0) this.#seal();
    const piece = this.#whole.shift();
    this.#sizeBytes -= piece?.length ?? 0;
    return piece;
  }

  /** Takes everything out. */
  take(): Buffer[] {
    this.#seal();
    const pieces = this.#whole;
    this.#whole = [];
    this.#sizeBytes = 0;
    return pieces;
  }

  #copy(chunk: Buffer): void {
    for (let from = 0; from < chunk.length;) {
      const block = this.#blockWithRoom();
      const bytes = chunk.copy(block, this.#filledBytes, from);
      this.#filledBytes += bytes;
      from += bytes;
    }
    giveBack(chunk);
  }

  #blockWithRoom(): Buffer {
    if (this.#block && this.#filledBytes < this.#block.length) return this.#block;
    const before = this.#block?.length ?? 0;
    this.#seal();
    this.#block = Buffer.allocUnsafe(Math.min(Math.max(before * 2, BLOCK_BYTES_MIN), BLOCK_BYTES_MAX));
    return this.#block;
  }

  /** Whatever comes next gets a block of its own, so that nobody sees bytes change behind those they were given. */
  #seal(): void {
    if (!this.#block) return;
    this.#whole.push(this.#block.subarray(0, this.#filledBytes));
    this.#block = null;
    this.#filledBytes = 0;
  }
}

function isWasteful(chunk: Buffer): boolean {
  if (chunk.length < SMALL_BYTES) return true;
  // Whoever lends of a block sees to it that it is not for a trifle.
  return chunk.length * 2 < chunk.buffer.byteLength && !Block.of(chunk);
}
