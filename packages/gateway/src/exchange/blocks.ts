// Owns the memory that large bodies are received into, and uses it again once nobody needs what is in it.

import { copyBriefly } from './young-buffers.ts';

/** A body of 64 KiB with its head is one read. */
export const BLOCK_BYTES: number = 68 * 1024;

/**
 * Most of what a full socket holds (208 KiB as Linux comes), so that a long body is few reads. Not all of it: with the
 * headers of records between, an empty socket is to take it in one write.
 */
export const LARGE_BLOCK_BYTES: number = 192 * 1024;

/** Less than this is not worth a block: it would keep more memory than it fills. */
export const LENT_BYTES_MIN: number = BLOCK_BYTES / 2;

/** And less than this is not worth one to be copied into. */
export const COPIED_BYTES_MIN: number = BLOCK_BYTES / 4;

/**
 * So much of free blocks of either size is kept; more than this is left to the garbage collector, which stops everything
 * each time that a few megabytes have been left to it.
 */
const FREE_BYTES_MAX = 8 * 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/** How many free blocks of a size are kept, and those that are. */
class FreeBlocks {
  readonly #countMax: number;
  readonly #blocks: Block[] = [];

  constructor(blockBytes: number) {
    this.#countMax = Math.floor(FREE_BYTES_MAX / blockBytes);
  }

  take(): Block | undefined {
    return this.#blocks.pop();
  }

  keep(block: Block): void {
    if (this.#blocks.length < this.#countMax) this.#blocks.push(block);
  }
}

const freeUsual = new FreeBlocks(BLOCK_BYTES);
const freeLarge = new FreeBlocks(LARGE_BLOCK_BYTES);
const blocks = new WeakMap<ArrayBufferLike, Block>();

/**
 * A piece of memory for received bytes. Whoever took it may write where nothing is lent; what is in it is lent to others
 * as views. Each byte lent comes back once, by `giveBack`, from whoever sees its last use: the socket or the file it went
 * to. When all are back and the taker has let go, the block is used again. Nobody has to give anything back: a block with
 * bytes missing is freed like any other memory, when no view of it is left.
 */
export class Block {
  readonly bytes: Buffer;
  readonly isLarge: boolean;
  #lentBytes = 0;
  #isTaken = true;
  #isFree = false;

  /** Takes a free block, or makes one, of `BLOCK_BYTES` or of `LARGE_BLOCK_BYTES`. */
  static take(isLarge: boolean = false): Block {
    const block = (isLarge ? freeLarge : freeUsual).take() ?? new Block(isLarge);
    block.#isTaken = true;
    block.#isFree = false;
    return block;
  }

  private constructor(isLarge: boolean) {
    this.isLarge = isLarge;
    this.bytes = Buffer.allocUnsafeSlow(isLarge ? LARGE_BLOCK_BYTES : BLOCK_BYTES);
    blocks.set(this.bytes.buffer, this);
  }

  /** The block that bytes are in, or null if they are in memory of another kind. */
  static of(bytes: Uint8Array): Block | null {
    return blocks.get(bytes.buffer) ?? null;
  }

  /** Whether somebody may still use what is in it. */
  get isLent(): boolean {
    return this.#lentBytes > 0;
  }

  /** Taker: lends a view of it, which does not change until it has been given back. */
  lend(bytes: Buffer): Buffer {
    this.#lentBytes += bytes.length;
    return bytes;
  }

  /** Taker: writes into it no more. */
  letGo(): void {
    this.#isTaken = false;
    this.#reuse();
  }

  /** See `giveBack`. */
  takeBack(byteCount: number): void {
    // More than was lent: somebody is wrong about what is his, and nothing of it can be trusted to be free.
    if (byteCount > this.#lentBytes) blocks.delete(this.bytes.buffer);
    else this.#lentBytes -= byteCount;
    this.#reuse();
  }

  #reuse(): void {
    // Once: no bytes of it may still be given back, and two who take it would write over each other.
    if (this.#isTaken || this.isLent || this.#isFree || !blocks.has(this.bytes.buffer)) return;
    this.#isFree = true;
    (this.isLarge ? freeLarge : freeUsual).keep(this);
  }
}

/** What was lent, or a part of it, is needed no more. Bytes that nobody lent may be given as well. */
export function giveBack(bytes: Uint8Array): void {
  blocks.get(bytes.buffer)?.takeBack(bytes.length);
}

/**
 * Bytes of a read into `block`, as they may be kept: large ones are lent by the block they are in, others copied out of it.
 * What has been put together with an earlier read is in none.
 */
export function keep(bytes: Buffer, block: Block | null): Buffer {
  if (!block) return bytes;
  if (bytes.length >= LENT_BYTES_MIN) return Block.of(bytes) === block ? block.lend(bytes) : bytes;
  return bytes.length === 0 ? NOTHING : copyBriefly(bytes);
}

/** Copies bytes to where they can stay: into a block, of which the copy is lent, if it is worth one. */
export function copyToKeep(bytes: Buffer): Buffer {
  if (bytes.length < COPIED_BYTES_MIN || bytes.length > BLOCK_BYTES) return copyBriefly(bytes);
  const block = Block.take();
  const copied = bytes.copy(block.bytes);
  const copy = block.lend(block.bytes.subarray(0, copied));
  block.letGo();
  return copy;
}
