// Owns what one client has not taken yet of its reply: first in memory, then in a file, in the order it came.
//
//   front says false ─▶ held in memory ─▶ the backend waits a moment ─▶ held in a file as well ─▶ the backend waits
//                             └──────────────── the client has caught up ────────────┘─▶ handed back

import { giveBack } from '../exchange/blocks.ts';
import { GatewayError } from '../exchange/errors.ts';
import type { Sender } from '../exchange/delivery.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { SpillFile } from './spill-file.ts';

/** Bytes on their way to the file at which the backend waits for the disk. */
const UNWRITTEN_BYTES_HIGH = 512 * 1024;

/** Pieces held in memory: a million of one byte each would take a hundred times their size. */
const PIECES_MAX = 1024;

const NOTHING = Buffer.alloc(0);

/** What a buffer shares with all the others. */
export interface BufferShare {
  /** Up to so much it holds in memory. */
  readonly memoryBytes: number;
  /** Up to so much it puts into its file; 0 for no file. */
  readonly fileBytes: number;
  /**
   * How long a client has to take half of what memory holds, until the rest goes to the file. One that reads as fast as
   * it can is served faster without the file, and frees the backend as soon. 0: straight to the file.
   */
  readonly patienceMs: number;
  /** Whether so much more may be held in memory by all together. */
  hasRoom(bytes: number): boolean;
  /** More, or with a negative number less, is held in memory. */
  held(bytes: number): void;
  /** The file cannot be written; the backend will wait for the client instead. */
  spillFailed(exchange: Exchange, cause: unknown): void;
  /** The buffer is not used any more. */
  closed(buffer: ReplyBuffer): void;
}

/** Takes what a backend writes so that it can be done, and passes it on as the client takes it. */
export class ReplyBuffer implements Sender {
  readonly #exchange: Exchange;
  readonly #share: BufferShare;
  readonly #file: SpillFile;
  /** What comes before everything in the file. */
  #next: Buffer[] = [];
  #nextBytes = 0;
  /** What comes after it: waits to be written, or stays here if that is not possible. */
  #last: Buffer[] = [];
  #lastBytes = 0;
  #isComplete = false;
  #isFrontReady = false;
  #isBackendWaiting = false;
  #isWriting = false;
  #isReading = false;
  #isFileBroken = false;
  /** Runs while the backend waits for the client, which has not been found to be slow. */
  #patience: NodeJS.Timeout | null = null;
  #isClientSlow: boolean;
  #isOver = false;

  constructor(exchange: Exchange, share: BufferShare, file: SpillFile) {
    this.#exchange = exchange;
    this.#share = share;
    this.#file = file;
    this.#isFileBroken = share.fileBytes === 0;
    this.#isClientSlow = this.#isFileBroken || share.patienceMs === 0;
  }

  write(bytes: Buffer, isLast: boolean): boolean {
    if (bytes.length > 0) this.#take(bytes);
    this.#isComplete = isLast;
    this.#pump();
    this.#isBackendWaiting = !this.#isOver && !isLast && !this.#takesMore;
    return !this.#isBackendWaiting;
  }

  drained(): void {
    this.#isFrontReady = true;
    this.#pump();
  }

  dropped(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#endPatience();
    this.#share.held(-this.#nextBytes - this.#lastBytes);
    this.#next = [];
    this.#last = [];
    // What fails at the end of a file without a name has nobody to tell.
    this.#file.close().catch(() => {});
    this.#share.closed(this);
  }

  /** Whether anything is behind `#next`: then what comes must get in line behind that. */
  get #isSpilling(): boolean {
    return this.#isWriting || this.#lastBytes > 0 || this.#file.unreadBytes > 0;
  }

  get #takesMore(): boolean {
    if (this.#patience) return false;
    const { memoryBytes, fileBytes } = this.#share;
    if (!this.#isSpilling && this.#nextBytes < memoryBytes && this.#share.hasRoom(1)) return true;
    return (
      !this.#isFileBroken &&
      this.#file.sizeBytes + this.#lastBytes < fileBytes &&
      this.#lastBytes < UNWRITTEN_BYTES_HIGH
    );
  }

  #take(bytes: Buffer): void {
    const isForMemory =
      !this.#isSpilling &&
      this.#next.length < PIECES_MAX &&
      this.#nextBytes + bytes.length <= this.#share.memoryBytes &&
      this.#share.hasRoom(bytes.length);
    this.#share.held(bytes.length);
    if (isForMemory) {
      this.#next.push(bytes);
      this.#nextBytes += bytes.length;
    } else {
      this.#last.push(bytes);
      this.#lastBytes += bytes.length;
      if (this.#isClientSlow) void this.#spill();
      else this.#patience ??= setTimeout(() => this.#findSlow(), this.#share.patienceMs);
    }
  }

  #findSlow(): void {
    this.#patience = null;
    this.#isClientSlow = true;
    void this.#spill();
    this.#wakeBackend();
  }

  #endPatience(): void {
    if (this.#patience) clearTimeout(this.#patience);
    this.#patience = null;
  }

  /** Hands on what the front takes, in order; the file's part comes when it has been read. */
  #pump(): void {
    while (this.#isFrontReady && !this.#isOver && !this.#isReading) {
      if (this.#patience && this.#nextBytes <= this.#share.memoryBytes / 2) this.#promote();
      const bytes = this.#next.shift();
      if (bytes) this.#deliver(bytes);
      else if (this.#file.unreadBytes > 0) void this.#read();
      else if (this.#isWriting) return;
      else if (this.#lastBytes > 0) this.#promote();
      else if (this.#isComplete) this.#exchange.deliver(NOTHING, true);
      else return this.#handBack();
    }
    this.#wakeBackend();
  }

  #deliver(bytes: Buffer): void {
    this.#nextBytes -= bytes.length;
    this.#share.held(-bytes.length);
    const isLast = this.#isComplete && this.#nextBytes === 0 && !this.#isSpilling;
    this.#isFrontReady = this.#exchange.deliver(bytes, isLast);
  }

  /** What waited for the file, and needs it no more or cannot be written to it, is next: nothing of it is before it. */
  #promote(): void {
    this.#endPatience();
    this.#next.push(...this.#last);
    this.#nextBytes += this.#lastBytes;
    this.#last = [];
    this.#lastBytes = 0;
  }

  /** The client keeps up again. */
  #handBack(): void {
    this.#exchange.handBack();
    this.dropped();
    this.#wakeBackend();
  }

  #wakeBackend(): void {
    if (!this.#isBackendWaiting || !(this.#isOver || this.#takesMore)) return;
    this.#isBackendWaiting = false;
    this.#exchange.holder?.drained(this.#exchange);
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    try {
      const bytes = await this.#file.read();
      if (this.#isOver) return;
      // Read back and waiting for nobody: it goes out at once, and is not counted twice.
      this.#next.push(bytes);
      this.#nextBytes += bytes.length;
      this.#share.held(bytes.length);
      if (!this.#isWriting && this.#file.unreadBytes === 0) await this.#file.rewind();
    } catch (cause) {
      const message = `what was held of the reply could not be read back: ${textOf(cause)}`;
      this.#exchange.fail(new GatewayError('SLUICE_REPLY_FILE', message, { cause }));
    }
    this.#isReading = false;
    void this.#spill();
    this.#pump();
  }

  /** Writes what waits for it into the file, all of it at once, for as long as more has come. */
  async #spill(): Promise<void> {
    if (this.#isWriting || this.#isReading) return;
    this.#isWriting = true;
    while (this.#lastBytes > 0 && !this.#isFileBroken && !this.#isOver) {
      const count = this.#last.length;
      try {
        await this.#file.append(this.#last.slice());
      } catch (cause) {
        this.#isFileBroken = true;
        if (!this.#isOver) this.#share.spillFailed(this.#exchange, cause);
        break;
      }
      if (this.#isOver) break;
      const written = this.#last.splice(0, count);
      const writtenBytes = written.reduce((sum, { length }) => sum + length, 0);
      for (const bytes of written) giveBack(bytes);
      this.#lastBytes -= writtenBytes;
      this.#share.held(-writtenBytes);
    }
    this.#isWriting = false;
    this.#pump();
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
