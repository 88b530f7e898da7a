// Owns bytes that have been received but not yet understood; hands out exactly as many as are asked for.

const NOTHING = Buffer.alloc(0);

/**
 * A queue of received bytes, read from the front. `has` comes first: the reading methods may only touch bytes that
 * it has promised. Asking for more than there is costs nothing, so the work stays linear in the bytes received even
 * if they come one at a time. What `take` hands out is a view of a received chunk wherever that is possible.
 */
export class ByteQueue {
  /** The chunk being read, and how far it has been read. */
  #chunk: Buffer = NOTHING;
  #at = 0;
  #later: Buffer[] = [];
  #length = 0;
  #takenBytes = 0;

  /** How many bytes wait. */
  get length(): number {
    return this.#length;
  }

  /** How many bytes have been taken or skipped since the beginning: the place of the next one in the stream. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Adds received bytes; they must not change afterwards, unless `detach` is called before. */
  push(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#at === this.#chunk.length) {
      this.#chunk = chunk;
      this.#at = 0;
    } else {
      this.#later.push(chunk);
    }
  }

  /** Whether `count` bytes wait; if so they can be read. */
  has(count: number): boolean {
    if (this.#length < count) return false;
    if (this.#chunk.length - this.#at < count) {
      this.#chunk = Buffer.concat([this.#chunk.subarray(this.#at), ...this.#later]);
      this.#at = 0;
      this.#later = [];
    }
    return true;
  }

  uint8(offset: number): number {
    return this.#chunk.readUInt8(this.#at + offset);
  }

  uint16(offset: number): number {
    return this.#chunk.readUInt16BE(this.#at + offset);
  }

  uint32(offset: number): number {
    return this.#chunk.readUInt32BE(this.#at + offset);
  }

  /** Copies what waits of the last pushed chunk, which may change from now on. */
  detach(): void {
    if (this.#length === 0) return;
    if (this.#later.length > 0) {
      this.#later.push(Buffer.from(this.#later.pop() ?? NOTHING));
    } else {
      this.#chunk = Buffer.from(this.#chunk.subarray(this.#at));
      this.#at = 0;
    }
  }

  /** Takes the next `count` bytes. */
  take(count: number): Buffer {
    const bytes = this.#chunk.subarray(this.#at, this.#at + count);
    this.skip(count);
    return bytes;
  }

  /** Takes what can be had without copying: at most `countMax` bytes, empty if none wait. */
  takeSome(countMax: number): Buffer {
    return countMax === 0 ? NOTHING : this.take(Math.min(countMax, this.#chunk.length - this.#at));
  }

  /** Drops the next `count` bytes. */
  skip(count: number): void {
    this.#at += count;
    this.#length -= count;
    this.#takenBytes += count;
    if (this.#at < this.#chunk.length) return;
    this.#chunk = this.#later.shift() ?? NOTHING;
    this.#at = 0;
  }
}
