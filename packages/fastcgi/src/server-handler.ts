// What the application side is told. The connection calls it; a front implements it.
import type { FastCgiError } from './errors.ts';
import type { ServerRequest } from './server-request.ts';

/**
 * Events of one connection, each called synchronously from within `receive`, `receiveEnd`, `drained` or `resumeStdin`.
 * A handler must not throw. Chunks are views into received memory; they stay valid as long as the transport does not
 * reuse its buffers (sockets of Node do not).
 */
export interface ServerHandler<T = unknown> {
  /** BEGIN_REQUEST and all PARAMS have come. STDIN may follow in the same call of `receive`. */
  onRequest(request: ServerRequest<T>): void;
  /** A piece of the request body; never empty. */
  onStdin(request: ServerRequest<T>, chunk: Buffer): void;
  onStdinEnd(request: ServerRequest<T>): void;
  /** A piece of the file of a Filter request, after the end of its STDIN. */
  onData(request: ServerRequest<T>, chunk: Buffer): void;
  onDataEnd(request: ServerRequest<T>): void;
  /**
   * The web server gave the request up: by ABORT_REQUEST, and then it still has to be ended; or with the connection,
   * and then there is nothing left to do. Called at most once, and no input event follows.
   */
  onAbort(request: ServerRequest<T>): void;
  /** Writing may go on. Called only after a write said false. */
  onDrain(request: ServerRequest<T>): void;
  /**
   * Something was wrong with the input. With `error.scope` "connection" the connection is closing and every request on it
   * has had its `onAbort`; with "record" only that record was dropped.
   */
  onError?(error: FastCgiError): void;
}
