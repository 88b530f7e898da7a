// The STDERR of a request as a Writable.
import { Writable } from 'node:stream';
import type { ServerRequest } from '../server-request.ts';

/** Writes to the web server's log, at its pace. It needs no end of its own: the response ends it. */
export class ErrorStream extends Writable {
  readonly #request: ServerRequest;
  #waiting: (() => void) | undefined;

  constructor(request: ServerRequest) {
    super();
    this.#request = request;
  }

  /** Writing may go on. */
  receiveDrain(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    if (!this.#request.isWritable || this.#request.writeStderr(chunk)) callback();
    else this.#waiting = callback;
  }
}
