// Owns a request body on its way from a front to whoever reads it: order, back-pressure, and how it ended.

import { Pieces } from './pieces.ts';

/** How many bytes wait here before the front is asked to pause: enough to keep a reader busy, too little to hurt. */
const HELD_BYTES_HIGH = 256 * 1024;

/** A whole request body, in memory or in a file. A request without a body has empty `bytes`. */
export type CollectedBody =
  BodyBytes | { readonly kind: 'file'; readonly path: string; readonly sizeBytes: number };

/** A body in either form it has in an exchange: all there, or still arriving. */
export type RequestBody = CollectedBody | BodyStream;

/** A whole body in memory, in the pieces it came in: joining a large one costs more than sending its pieces. */
export class BodyBytes {
  readonly kind = 'bytes';
  readonly chunks: readonly Buffer[];
  readonly sizeBytes: number;

  constructor(chunks: readonly Buffer[]) {
    this.chunks = chunks;
    this.sizeBytes = chunks.reduce((sum, { length }) => sum + length, 0);
  }

  /** All of it in one piece: the chunk if there is one, otherwise a copy, made anew each time. */
  get bytes(): Buffer {
    const [only] = this.chunks;
    return this.chunks.length === 1 && only ? only : Buffer.concat(this.chunks);
  }
}

/** The body of a request that has none. */
export const NO_BODY: CollectedBody = new BodyBytes([]);

/** What a front offers the body it feeds. */
export interface BodySource {
  /** Somebody has begun to read: the body is wanted. Not called for one that is thrown away. */
  wanted?(): void;
  /** Stop pushing as soon as possible; a few more chunks may still come. */
  pause(): void;
  resume(): void;
}

/** Who reads a body. Exactly one of `end` and `failed` is called, last. */
export interface BodyReader {
  /** Takes a chunk; it is the reader's from then on. Returns false to get no more until `BodyStream.resume()`. */
  chunk(bytes: Buffer): boolean;
  end(): void;
  /** The sender went away or broke the protocol: what came is not the whole body. */
  failed(reason: Error): void;
}

/** A body that is still arriving. The front pushes, one reader takes; neither waits for the other. */
export class BodyStream {
  readonly kind = 'stream';
  /** Announced size in bytes, or null if it is not known until the end. */
  readonly sizeBytes: number | null;
  readonly #source: BodySource;
  #reader: BodyReader | null = null;
  #held = new Pieces();
  #receivedBytes = 0;
  #maxBytes = Infinity;
  #onTooLarge: () => void = () => {};
  #isPaused = false;
  #isReaderReady = true;
  #end: 'open' | 'finished' | Error = 'open';
  #isOver = false;

  constructor(source: BodySource, sizeBytes: number | null) {
    this.#source = source;
    this.sizeBytes = sizeBytes;
  }

  /** What has come so far. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Whether nothing more can come of it. */
  get hasEnded(): boolean {
    return this.#end !== 'open';
  }

  /** Whether more of it is due: the front has not been asked to pause. */
  get isAwaited(): boolean {
    return this.#end === 'open' && !this.#isPaused;
  }

  /** Front: the next bytes. They must not change afterwards. */
  push(chunk: Buffer): void {
    if (this.#end !== 'open' || chunk.length === 0) return;
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes > this.#maxBytes) {
      this.#onTooLarge();
      this.fail(new Error(`it has more than ${this.#maxBytes} bytes`));
      return;
    }
    this.#held.push(chunk);
    this.#deliver();
  }

  /** Front: the body is complete. */
  finish(): void {
    if (this.#end !== 'open') return;
    this.#end = 'finished';
    this.#deliver();
  }

  /** Front: the body will never be complete. What the reader has not taken is dropped. */
  fail(reason: Error): void {
    if (this.#end !== 'open') return;
    this.#end = reason;
    this.#held = new Pieces();
    this.#deliver();
  }

  /** Lets the body fail at the chunk that makes it larger, after a call of `onTooLarge`. Counts from the beginning. */
  limit(maxBytes: number, onTooLarge: () => void): void {
    this.#maxBytes = maxBytes;
    this.#onTooLarge = onTooLarge;
  }

  /** Reader: starts reading. Chunks that arrived before are delivered at once. */
  read(reader: BodyReader): void {
    if (this.#end === 'open') this.#source.wanted?.();
    this.#reader = reader;
    this.#deliver();
  }

  /** Reader: more chunks are welcome after `chunk()` returned false. */
  resume(): void {
    this.#isReaderReady = true;
    this.#deliver();
  }

  /** Reader: nothing more is wanted; the rest is thrown away as it comes. */
  discard(): void {
    this.#held = new Pieces();
    this.#isReaderReady = true;
    this.#reader = { chunk: () => true, end: () => {}, failed: () => {} };
    this.#deliver();
  }

  #deliver(): void {
    const reader = this.#reader;
    if (!reader) return this.#balance();
    while (this.#isReaderReady) {
      const chunk = this.#held.shift();
      if (!chunk) break;
      this.#isReaderReady = reader.chunk(chunk);
    }
    this.#balance();
    if (this.#held.sizeBytes > 0 || this.#end === 'open' || this.#isOver) return;
    this.#isOver = true;
    if (this.#end === 'finished') reader.end();
    else reader.failed(this.#end);
  }

  /** Keeps the front's pace to the reader's. */
  #balance(): void {
    if (!this.#isPaused && this.#held.sizeBytes > HELD_BYTES_HIGH) {
      this.#isPaused = true;
      this.#source.pause();
    } else if (this.#isPaused && this.#held.sizeBytes <= HELD_BYTES_HIGH / 2) {
      this.#isPaused = false;
      this.#source.resume();
    }
  }
}
