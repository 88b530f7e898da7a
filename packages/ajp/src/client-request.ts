// One request as the web server sees it: its body on the way up, and control over the response coming down.
import type { RequestUpload } from './request-upload.ts';

/** What a request needs of its connection. */
export interface ClientLink {
  pause(): void;
  resume(): void;
  /** Closes the connection; the handler hears AJP_ABORTED. */
  abort(): void;
  /** Closes the connection because the body contradicts its content-length. */
  mismatch(message: string): void;
  isActive(request: object): boolean;
}

/** A request under way. `ClientConnection.send` makes them. */
export class ClientRequest<T = unknown> {
  readonly method: string;
  /** Yours: never read or changed here. */
  userData: T | undefined = undefined;
  /** True once any byte of the response has arrived: from then on the request cannot be sent again. */
  responseStarted = false;
  readonly #upload: RequestUpload;
  readonly #link: ClientLink;

  constructor(method: string, upload: RequestUpload, link: ClientLink) {
    this.method = method;
    this.#upload = upload;
    this.#link = link;
  }

  /** True once body bytes were written, so that only whoever still has them can send the request again. */
  get bodyStarted(): boolean {
    return this.#upload.hasBegun;
  }

  /**
   * Adds body bytes; they are kept, not copied, until the container asks for them. False asks to wait for `onDrain`.
   * More than the content-length closes the connection (AJP_LENGTH_MISMATCH). Does nothing once the response is over.
   */
  write(...parts: readonly Uint8Array[]): boolean {
    if (!this.#link.isActive(this)) return true;
    const hasRoom = this.#upload.write(parts);
    if (hasRoom === null) this.#link.mismatch('the request body is longer than its content-length');
    return hasRoom ?? false;
  }

  /** Ends the body. Less than the content-length closes the connection (AJP_LENGTH_MISMATCH). */
  end(parts: readonly Uint8Array[] = []): void {
    this.write(...parts);
    if (!this.#link.isActive(this)) return;
    if (!this.#upload.end()) this.#link.mismatch('the request body is shorter than its content-length');
  }

  /** Stops the response: nothing is read from the container until `resume`. */
  pause(): void {
    if (this.#link.isActive(this)) this.#link.pause();
  }

  resume(): void {
    if (this.#link.isActive(this)) this.#link.resume();
  }

  /** Gives the request up. Closing the connection is the only way to say so in AJP. */
  abort(): void {
    if (this.#link.isActive(this)) this.#link.abort();
  }
}
