// A request as the caller makes it: the stream written to is STDIN.
import { Writable } from 'node:stream';
import type { CgiHead } from '../cgi-head.ts';
import type { ClientRequest } from '../client-request.ts';
import { Role } from '../constants.ts';
import { FastCgiError } from '../errors.ts';
import { quietPeerErrors } from './quiet-errors.ts';
import { IncomingResponse } from './incoming-response.ts';
import { DataStream } from './data-stream.ts';

/** Bytes of STDERR kept for `response.stderr()`. */
export const STDERR_KEPT_MAX = 65_536;

type WriteCallback = (error?: Error | null) => void;

/** What the agent offers a request that waits for a connection. */
export interface RequestLease {
  /** The request is given up before it had a connection. */
  cancel(): void;
}

/**
 * A request on its way. Write the body and `end()` it, also without a body. Emits `response` with an
 * {@link IncomingResponse}, `stderr` with each piece of the application's log, and `error` when there is no response.
 * Destroying it gives the request up.
 */
export class OutgoingRequest extends Writable {
  /** DATA, for a Filter; write it after ending the request itself. */
  readonly data: Writable | undefined;
  readonly #isWhole: boolean;
  #request: ClientRequest<OutgoingRequest> | undefined;
  #lease: RequestLease | undefined;
  #response: IncomingResponse | undefined;
  #stderr: Buffer[] = [];
  #stderrKept = 0;
  #waiting: WriteCallback | undefined;
  #waitingChunk: Buffer | undefined;
  #isFinal = false;
  #isOver = false;

  /** Made by `request`; `isWhole` when the body was given with the options. */
  constructor(role: Role, isWhole: boolean) {
    // Finished writing is not finished: the response comes after.
    super({ autoDestroy: false });
    quietPeerErrors(this);
    this.#isWhole = isWhole;
    this.data = role === Role.FILTER ? new DataStream() : undefined;
  }

  /** Waits for a connection. */
  setLease(lease: RequestLease): void {
    this.#lease = lease;
  }

  /** Has a connection: what was written so far goes out. */
  start(request: ClientRequest<OutgoingRequest>): void {
    this.#request = request;
    this.#lease = undefined;
    const chunk = this.#waitingChunk;
    const callback = this.#waiting;
    this.#waitingChunk = undefined;
    this.#waiting = undefined;
    if (this.#isFinal && callback !== undefined) this.#finish(request, callback);
    else if (chunk !== undefined && callback !== undefined) this.#send(request, chunk, callback);
  }

  receiveHead(head: CgiHead): void {
    if (this.#request === undefined) return;
    this.#response = new IncomingResponse(this.#request, head, () => Buffer.concat(this.#stderr));
    if (!this.emit('response', this.#response)) this.#response.resume();
  }

  receiveBody(chunk: Buffer): void {
    this.#response?.receive(chunk);
  }

  receiveStderr(chunk: Buffer): void {
    const kept = chunk.subarray(0, STDERR_KEPT_MAX - this.#stderrKept);
    if (kept.length > 0) this.#stderr.push(Buffer.from(kept));
    this.#stderrKept += kept.length;
    this.emit('stderr', chunk);
  }

  receiveEnd(appStatus: number): void {
    this.#stopInput();
    this.#response?.receiveEnd(appStatus);
    this.destroy();
  }

  /** There is no response, or only a part of it: the error goes to whoever holds the end that is still open. */
  receiveFailure(error: FastCgiError): void {
    this.#stopInput();
    if (this.#response === undefined) {
      this.destroy(error);
    } else {
      this.#response.receiveFailure(error);
      this.destroy();
    }
  }

  receiveDrain(): void {
    const callback = this.#waiting;
    if (this.#waitingChunk === undefined && !this.#isFinal) {
      this.#waiting = undefined;
      callback?.();
    }
    if (this.data instanceof DataStream) this.data.receiveDrain();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    if (this.#isWhole) {
      callback(new FastCgiError('FCGI_REQUEST_ENDED', 'the body was given with the options'));
    } else if (this.#request === undefined) {
      this.#waitingChunk = chunk;
      this.#waiting = callback;
    } else {
      this.#send(this.#request, chunk, callback);
    }
  }

  override _final(callback: WriteCallback): void {
    this.#isFinal = true;
    if (this.#request === undefined) this.#waiting = callback;
    else this.#finish(this.#request, callback);
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    this.#lease?.cancel();
    this.#waiting = undefined;
    if (!this.#isOver) {
      this.#isOver = true;
      this.#request?.abort();
      this.#response?.destroy(error ?? undefined);
    }
    // Later, because the caller of `request` has had no chance yet to listen.
    process.nextTick(() => callback(error));
  }

  #send(request: ClientRequest<OutgoingRequest>, chunk: Buffer, callback: WriteCallback): void {
    if (request.writeStdin(chunk)) callback();
    else this.#waiting = callback;
  }

  #finish(request: ClientRequest<OutgoingRequest>, callback: WriteCallback): void {
    if (!this.#isWhole) request.endStdin();
    if (this.data instanceof DataStream) this.data.start(request);
    callback();
  }

  /** The application has answered, or is gone: whatever is still being written goes nowhere. */
  #stopInput(): void {
    this.#isOver = true;
    const callback = this.#waiting;
    this.#waiting = undefined;
    this.#waitingChunk = undefined;
    callback?.();
    if (this.data instanceof DataStream) this.data.receiveDrain();
  }
}
