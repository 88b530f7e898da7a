// A response as the caller of `request` sees it: the body is the stream.
import { Readable } from 'node:stream';
import type { CgiHead, HeaderPair } from '../cgi-head.ts';
import type { ClientRequest } from '../client-request.ts';
import type { FastCgiError } from '../errors.ts';
import { quietPeerErrors } from './quiet-errors.ts';

/** Response headers by lower-case name; several lines of one name are joined by `, `, those of `set-cookie` are a list. */
export type IncomingHeaders = Readonly<Record<string, string | readonly string[]>>;

/**
 * The response to a request. Ends only when the application ended it; fails with a {@link FastCgiError} when it is cut.
 * An error nobody listens for is not thrown.
 */
export class IncomingResponse extends Readable {
  readonly statusCode: number;
  readonly statusMessage: string;
  /** Header lines as they came: order, spelling and duplicates kept. */
  readonly rawHeaders: readonly HeaderPair[];
  /** What the program exited with; undefined until the end of the response. */
  appStatus: number | undefined = undefined;
  /** STDERR so far, the first 64 KiB of it; the `stderr` event of the request has all. */
  readonly stderr: () => Buffer;
  readonly #request: ClientRequest<unknown>;

  /** Made by the client. */
  constructor(request: ClientRequest<unknown>, head: CgiHead, stderr: () => Buffer) {
    super();
    quietPeerErrors(this);
    this.#request = request;
    this.statusCode = head.status;
    this.statusMessage = head.reason;
    this.rawHeaders = head.headers;
    this.stderr = stderr;
  }

  /** The headers by name; an object without a prototype, made at each call. */
  get headers(): IncomingHeaders {
    const headers = Object.create(null) as Record<string, string | string[]>;
    for (const [name, value] of this.rawHeaders) {
      const key = name.toLowerCase();
      const known = headers[key];
      if (key === 'set-cookie') headers[key] = [...(Array.isArray(known) ? known : []), value];
      else headers[key] = typeof known === 'string' ? `${known}, ${value}` : value;
    }
    return headers;
  }

  /** Takes body bytes from the connection. */
  receive(chunk: Buffer): void {
    if (!this.destroyed && !this.push(chunk)) this.#request.pause();
  }

  /** The response is complete. */
  receiveEnd(appStatus: number): void {
    this.appStatus = appStatus;
    this.push(null);
  }

  /** The response is cut. */
  receiveFailure(error: FastCgiError): void {
    this.destroy(error);
  }

  override _read(): void {
    this.#request.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // Does nothing when the response is complete.
    this.#request.abort();
    callback(error);
  }
}
