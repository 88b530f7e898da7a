// The DATA stream of a Filter request as a Writable; it waits for its turn after STDIN.
import { Writable } from 'node:stream';
import type { ClientRequest } from '../client-request.ts';

type WriteCallback = (error?: Error | null) => void;

/** Writes DATA once `start` was called. */
export class DataStream extends Writable {
  #request: ClientRequest<unknown> | undefined;
  /** What waits for `start` or for room. */
  #resume: (() => void) | undefined;

  /** STDIN has ended. */
  start(request: ClientRequest<unknown>): void {
    this.#request = request;
    this.receiveDrain();
  }

  /** There is room. */
  receiveDrain(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, callback: WriteCallback): void {
    if (this.#request === undefined) this.#resume = () => this._write(chunk, encoding, callback);
    else if (this.#request.writeData(chunk)) callback();
    else this.#resume = callback;
  }

  override _final(callback: WriteCallback): void {
    if (this.#request === undefined) {
      this.#resume = () => this._final(callback);
    } else {
      this.#request.endData();
      callback();
    }
  }
}
