// What the web-server side is told. The connection calls it; a client or a gateway's backend implements it.
import type { CgiHead } from './cgi-head.ts';
import type { ClientRequest } from './client-request.ts';
import type { FastCgiError } from './errors.ts';

/** How a request ended, from END_REQUEST. */
export interface RequestEnd {
  /** What a CGI program would have exited with, 0 to 4294967295. The response is valid whatever it says. */
  readonly appStatus: number;
}

/** What the application said of itself in GET_VALUES_RESULT; a name it left out is undefined. */
export interface PeerValues {
  readonly maxConnections: number | undefined;
  readonly maxRequests: number | undefined;
  readonly multiplex: boolean | undefined;
}

/**
 * Events of one connection, each called synchronously from within `receive`, `receiveEnd`, `drained` or `resume`. A
 * handler must not throw. Every request ends with exactly one `onEnd` or `onFail`, unless it was aborted from this side.
 * Chunks are views into received memory.
 */
export interface ClientHandler<T = unknown> {
  /** The response head is complete. Not called with `parseHead: false`. */
  onHead(request: ClientRequest<T>, head: CgiHead): void;
  /** A piece of the response body, or of STDOUT as it is with `parseHead: false`; never empty. */
  onBody(request: ClientRequest<T>, chunk: Buffer): void;
  /** A piece of STDERR: text for the log, written by the application, to be escaped before it is shown. */
  onStderr(request: ClientRequest<T>, chunk: Buffer): void;
  /** The response is complete. */
  onEnd(request: ClientRequest<T>, end: RequestEnd): void;
  /** There is no response, or only a part: refused, malformed, or the connection was lost. See `error.retriable`. */
  onFail(request: ClientRequest<T>, error: FastCgiError): void;
  /** Writing may go on. Called only after a write said false. */
  onDrain(request: ClientRequest<T>): void;
  /** The answer to `askValues`; all undefined when the application does not know the question. */
  onValues?(values: PeerValues): void;
  /**
   * Something was wrong with what came. With `error.scope` "connection" the connection is closed and every request on it
   * has had its `onFail`; with "record" only that record was dropped.
   */
  onError?(error: FastCgiError): void;
}
