// A request as a Readable, in the manner of node:http.
import { Readable } from 'node:stream';
import type { ForwardRequest } from '../forward-request.ts';
import type { ServerRequest } from '../server-request.ts';
import { headersByName } from './header-map.ts';

/**
 * A request on the container side. Reading it asks the front for the body, packet by packet, at the reader's pace;
 * what is never read is never asked for. If the front leaves first it closes without `end` (and emits `error`
 * if anybody listens).
 */
export class IncomingRequest extends Readable {
  /** Every field of the request, certificates and request attributes included. */
  readonly head: ForwardRequest;
  /** The request underneath, for what streams cannot say. */
  readonly serverRequest: ServerRequest;
  #headers: Record<string, string> | null = null;

  constructor(request: ServerRequest) {
    super();
    this.serverRequest = request;
    this.head = request.head;
  }

  get method(): string {
    return this.head.method;
  }

  /** Path without query, as the front sent it (percent-encoded, except from lighttpd). */
  get uri(): string {
    return this.head.uri;
  }

  /** Query without "?"; "" for a bare "?", null if there was none. */
  get query(): string | null {
    return this.head.queryString;
  }

  /** Path and query together, as in node:http. */
  get url(): string {
    return this.query === null ? this.uri : `${this.uri}?${this.query}`;
  }

  /** By lower-case name; repeats joined by ", ", cookies by "; ". The list in order is `head.headers`. */
  get headers(): Readonly<Record<string, string>> {
    this.#headers ??= headersByName(this.head.headers);
    return this.#headers;
  }

  /** True if the client reached the front over TLS. */
  get secure(): boolean {
    return this.head.secure;
  }

  get remoteAddress(): string {
    return this.head.remoteAddress;
  }

  /** Bytes of the body by content-length, null if it was not stated. */
  get contentLength(): number | null {
    return this.serverRequest.contentLength;
  }

  override _read(): void {
    if (!this.serverRequest.isOver) this.serverRequest.resumeBody();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // Giving up a body in the middle leaves the connection out of step unless the response still ends cleanly.
    if (error !== null && !this.serverRequest.isOver) this.serverRequest.abort();
    callback(error);
  }
}
