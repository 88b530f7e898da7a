// Copies the bytes of one body out of a buffer that is received into again, to where they can stay.

import { Block, BLOCK_BYTES, COPIED_BYTES_MIN } from './blocks.ts';
import { copyBriefly } from './young-buffers.ts';

/** Fills one block after the other. What it hands out is lent, or is in memory of its own. */
export class BlockFiller {
  #block: Block | null = null;
  #filledBytes = 0;
  #isLong = false;

  /** Copies bytes and hands out what they have become, one or several pieces. */
  copy(bytes: Buffer, take: (piece: Buffer) => void): void {
    let rest = bytes;
    while (rest.length > 0) {
      // A body that begins in small pieces gets no block: a few bytes must not keep much memory.
      if (!this.#block && !this.#isLong && rest.length < COPIED_BYTES_MIN) {
        take(copyBriefly(rest));
        return;
      }
      const piece = this.#copySome(rest);
      rest = rest.subarray(piece.length);
      take(piece);
    }
  }

  /** Nothing more comes. */
  end(): void {
    this.#block?.letGo();
    this.#block = null;
    this.#filledBytes = 0;
  }

  #copySome(bytes: Buffer): Buffer {
    this.#block ??= Block.take();
    const block = this.#block;
    const count = bytes.copy(block.bytes, this.#filledBytes);
    const piece = block.lend(block.bytes.subarray(this.#filledBytes, this.#filledBytes + count));
    this.#filledBytes += count;
    if (this.#filledBytes === BLOCK_BYTES) {
      this.#isLong = true;
      this.end();
    }
    return piece;
  }
}
