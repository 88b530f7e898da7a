// Completes a request body before a worker is taken for it: in memory while it is small, then in a file.

import { createWriteStream, type WriteStream } from 'node:fs';
import { giveBack } from '../exchange/blocks.ts';
import { BodyBytes, type BodyReader, type BodyStream, type CollectedBody } from '../exchange/body.ts';
import { Pieces } from '../exchange/pieces.ts';
import { GatewayError } from '../exchange/errors.ts';
import type { Exchange, Holder } from '../exchange/exchange.ts';
import type { Spool } from './spool.ts';

/** Bytes on their way to the file at which the front waits for the disk: few calls, each of many bytes. */
const UNWRITTEN_BYTES_HIGH = 512 * 1024;

/** Bytes of small pieces that are gathered into one write. */
const WRITE_BYTES = 64 * 1024;

/** How much of a body may be where. */
export interface CollectLimits {
  /** Up to this size it stays in memory. */
  readonly memoryBytes: number;
  /** The same for all bodies of a spool together. */
  readonly totalMemoryBytes: number;
  /** A larger one is refused with 413. */
  readonly maxBytes: number;
}

/**
 * Reads an exchange's body to its end, puts it into `exchange.body`, and calls `done`. If that cannot be, the exchange
 * fails or is cancelled and `done` is never called. A file is removed when the exchange is over.
 */
export function collectBody(
  exchange: Exchange,
  stream: BodyStream,
  limits: CollectLimits,
  spool: Spool,
  done: () => void,
): void {
  const collector = new Collector(exchange, stream, limits, spool, done);
  exchange.holder = collector;
  stream.read(collector);
}

class Collector implements BodyReader, Holder {
  readonly #exchange: Exchange;
  readonly #stream: BodyStream;
  readonly #limits: CollectLimits;
  readonly #spool: Spool;
  readonly #done: () => void;
  /** What is in memory: all of it, or what has not been written to the file yet. */
  #pieces = new Pieces();
  #sizeBytes = 0;
  /** Of them in memory. */
  #heldBytes = 0;
  #file: { readonly path: string; readonly stream: WriteStream } | null = null;
  #isOver = false;

  constructor(exchange: Exchange, stream: BodyStream, limits: CollectLimits, spool: Spool, done: () => void) {
    this.#exchange = exchange;
    this.#stream = stream;
    this.#limits = limits;
    this.#spool = spool;
    this.#done = done;
    exchange.whenDone(() => this.#hold(-this.#heldBytes));
  }

  chunk(bytes: Buffer): boolean {
    if (this.#isOver) return true;
    this.#sizeBytes += bytes.length;
    if (this.#sizeBytes > this.#limits.maxBytes) {
      const message = `the request body has more than ${this.#limits.maxBytes} bytes`;
      this.#giveUp(new GatewayError('SLUICE_BODY_TOO_LARGE', message));
      return true;
    }
    this.#pieces.push(bytes);
    if (this.#file) return this.#pieces.sizeBytes < WRITE_BYTES || this.#write(this.#file.stream);
    this.#hold(bytes.length);
    const { memoryBytes, totalMemoryBytes } = this.#limits;
    const isForMemory = this.#sizeBytes <= memoryBytes && this.#spool.heldBytes <= totalMemoryBytes;
    return isForMemory || this.#openFile();
  }

  end(): void {
    if (this.#isOver) return;
    const file = this.#file;
    if (file) {
      // Not a callback of end(): that is called after a failure too.
      file.stream.once('finish', () => {
        if (!this.#isOver) this.#finish({ kind: 'file', path: file.path, sizeBytes: this.#sizeBytes });
      });
      this.#write(file.stream);
      file.stream.end();
    } else {
      this.#finish(new BodyBytes(this.#pieces.take()));
    }
  }

  failed(reason: Error): void {
    const message = `the request body is not complete: ${reason.message}`;
    this.#giveUp(reason instanceof GatewayError ? reason : new GatewayError('SLUICE_BAD_REQUEST', message));
  }

  cancelled(): void {
    this.#giveUp(null);
  }

  drained(): void {
    // Nothing has been written to the client yet.
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.#spool.held(bytes);
  }

  /** Moves what has gathered into a file. Returns whether more may come at once. */
  #openFile(): boolean {
    try {
      const path = this.#spool.newPath();
      const stream = createWriteStream(path, {
        flags: 'wx',
        mode: 0o600,
        highWaterMark: UNWRITTEN_BYTES_HIGH,
      });
      stream.on('drain', () => this.#stream.resume());
      stream.on('error', (error) => this.#storeFailed(error));
      this.#file = { path, stream };
      this.#hold(-this.#heldBytes);
      return this.#write(stream);
    } catch (error) {
      this.#storeFailed(error);
      return true;
    }
  }

  /** Hands everything in memory to the disk. Returns whether more may come at once. */
  #write(stream: WriteStream): boolean {
    return this.#pieces
      .take()
      .map((piece) => stream.write(piece, (error) => error || giveBack(piece)))
      .every(Boolean);
  }

  #storeFailed(cause: unknown): void {
    const message = `the request body could not be stored: ${cause instanceof Error ? cause.message : String(cause)}`;
    this.#giveUp(new GatewayError('SLUICE_SPOOL_FAILED', message, { cause }));
  }

  #finish(body: CollectedBody): void {
    this.#isOver = true;
    this.#exchange.holder = null;
    this.#exchange.body = body;
    if (body.kind === 'file') this.#exchange.whenDone(() => this.#spool.remove(body.path));
    this.#completeLength();
    this.#done();
  }

  /** A body that came without a length has one now: WSGI applications go by CONTENT_LENGTH. */
  #completeLength(): void {
    const length = String(this.#sizeBytes);
    const { variables } = this.#exchange;
    if (variables.get('CONTENT_LENGTH') === length) return;
    this.#exchange.variables = variables.without('HTTP_TRANSFER_ENCODING').with({ CONTENT_LENGTH: length });
  }

  #giveUp(error: GatewayError | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#pieces = new Pieces();
    if (this.#file) {
      const { path, stream } = this.#file;
      stream.destroy();
      stream.once('close', () => this.#spool.remove(path));
    }
    if (error) this.#exchange.fail(error);
    this.#stream.discard();
  }
}
