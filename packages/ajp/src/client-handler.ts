// What the web-server side is told. The connection calls it; a client or a gateway's backend implements it.
import type { ClientRequest } from './client-request.ts';
import type { AjpError } from './errors.ts';
import type { ResponseHead } from './response-head.ts';

/** Told how the request sent by a `ClientConnection` fares. */
export interface ClientHandler<T = unknown> {
  onHead(request: ClientRequest<T>, head: ResponseHead): void;
  /** Response bytes: a view of received bytes, which stays valid as nothing overwrites it. */
  onBody(request: ClientRequest<T>, chunk: Buffer): void;
  /** The container asks that what it sent be passed on at once. */
  onFlush?(request: ClientRequest<T>): void;
  /** The response is complete. The connection may take another request if it says `isIdle`. */
  onEnd(request: ClientRequest<T>): void;
  /** A `write` of this request returned false; now there is room again. */
  onDrain(request: ClientRequest<T>): void;
  /** The response will not be completed. Called once, instead of `onEnd`; the connection is closed. */
  onFail(request: ClientRequest<T>, error: AjpError): void;
}
