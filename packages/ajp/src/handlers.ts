// The seams of the sans-I/O core: what a connection needs below it and whom it tells above it.
import type { AjpError } from './errors.ts';
import type { ClientRequest } from './client-request.ts';
import type { ResponseHead } from './response-head.ts';
import type { ServerRequest } from './server-request.ts';

/** The byte stream under a connection. `node/` implements it over a socket, tests over an array. */
export interface Transport {
  /** Queues bytes, which are never changed afterwards. False asks the caller to wait for `drained()`. */
  write(bytes: Uint8Array): boolean;
  /** Closes after what is queued has been sent. */
  end(): void;
  /** Closes now, in both directions. */
  destroy(): void;
  /** Stops calling `receive` until `resume`. */
  pause(): void;
  resume(): void;
}

/** Told what a `ServerConnection` finds. Callbacks may call any method of the request, `end` and `abort` included. */
export interface ServerHandler {
  /** A request passed every check. Its body does not flow until `resumeBody`. */
  onRequest(request: ServerRequest): void;
  /** Body bytes: a view of received bytes, which stays valid as nothing overwrites it. */
  onBody(request: ServerRequest, chunk: Buffer): void;
  /** The body is complete. Called once, after the last `onBody`, and only if the body was asked to flow. */
  onBodyEnd(request: ServerRequest): void;
  /** The request is over before its response was: the front left, broke the protocol, or the response broke its own content-length. */
  onAbort(request: ServerRequest, reason: AjpError): void;
  /** A `write` of this request returned false; now there is room again. */
  onDrain(request: ServerRequest): void;
  /** Something was refused; the connection closes by itself. Called beside `onAbort` if a request was running. */
  onError?(error: AjpError): void;
}

/** Told how the request sent by a `ClientConnection` fares. */
export interface ClientHandler {
  onHead(request: ClientRequest, head: ResponseHead): void;
  /** Response bytes: a view of received bytes, which stays valid as nothing overwrites it. */
  onBody(request: ClientRequest, chunk: Buffer): void;
  /** The container asks that what it sent be passed on at once. */
  onFlush?(request: ClientRequest): void;
  /** The response is complete. The connection may take another request if it says `isIdle`. */
  onEnd(request: ClientRequest): void;
  /** A `write` of this request returned false; now there is room again. */
  onDrain(request: ClientRequest): void;
  /** The response will not be completed. Called once, instead of `onEnd`; the connection is closed. */
  onError(request: ClientRequest, error: AjpError): void;
}
