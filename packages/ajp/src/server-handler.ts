// What the container side is told. The connection calls it; a front implements it.
import type { AjpError } from './errors.ts';
import type { ServerRequest } from './server-request.ts';

/** Told what a `ServerConnection` finds. Callbacks may call any method of the request, `end` and `abort` included. */
export interface ServerHandler<T = unknown> {
  /** A request passed every check. Its body does not flow until `resumeBody`. */
  onRequest(request: ServerRequest<T>): void;
  /** Body bytes: a view of received bytes, which stays valid as nothing overwrites it. */
  onBody(request: ServerRequest<T>, chunk: Buffer): void;
  /** The body is complete. Called once, after the last `onBody`, and only if the body was asked to flow. */
  onBodyEnd(request: ServerRequest<T>): void;
  /** The request is over before its response was: the front left, broke the protocol, or the response broke its own content-length. */
  onAbort(request: ServerRequest<T>, reason: AjpError): void;
  /** A `write` of this request returned false; now there is room again. */
  onDrain(request: ServerRequest<T>): void;
  /** Something was refused; the connection closes by itself. Called beside `onAbort` if a request was running. */
  onError?(error: AjpError): void;
}
