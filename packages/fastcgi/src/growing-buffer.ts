// Bytes that come in pieces and are wanted in one run.

/** Joins pieces with linear work in all: the first stays a view, from the second on room is doubled. */
export class GrowingBuffer {
  readonly #sizeMax: number;
  #memory: Buffer | undefined;
  /** Bytes appended so far. */
  length = 0;

  /** Never takes memory for more than `sizeMax` bytes; the caller refuses what is longer before appending it. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** All bytes so far; a view that the next `append` may leave behind. */
  get bytes(): Buffer {
    const memory = this.#memory;
    if (memory === undefined) return Buffer.alloc(0);
    return memory.length === this.length ? memory : memory.subarray(0, this.length);
  }

  /** Adds `chunk[start..end)`. */
  append(chunk: Buffer, start: number, end: number): void {
    const length = this.length + end - start;
    if (this.#memory === undefined) {
      this.#memory = chunk.subarray(start, end);
    } else {
      this.#makeRoom(this.#memory, length);
      chunk.copy(this.#memory, this.length, start, end);
    }
    this.length = length;
  }

  #makeRoom(memory: Buffer, length: number): void {
    // The view of the first piece has no room to spare, so it is never written to.
    if (memory.length >= length) return;
    const size = Math.max(length, Math.min(2 * length, this.#sizeMax));
    this.#memory = Buffer.allocUnsafe(size);
    memory.copy(this.#memory, 0, 0, this.length);
  }
}
