// A response as a Writable, in the manner of node:http.
import { STATUS_CODES } from 'node:http';
import { statusAllowsBody } from '../response-head.ts';
import type { ServerRequest } from '../server-request.ts';
import { HeaderMap, type HeadersInit, type HeaderValue } from './header-map.ts';
import { WholeBodyWritable } from './whole-body-writable.ts';

type Done = (error?: Error | null) => void;

/**
 * The response to a request. The head leaves with the first bytes; a response that is only `end(data)` gets its
 * content-length and leaves in one write. If the front leaves first it closes without `finish`.
 */
export class ServerResponse extends WholeBodyWritable {
  /** Sent with the head. Default 200. */
  statusCode = 200;
  /** Reason phrase; "" takes the standard one. */
  statusMessage = '';
  readonly #request: ServerRequest;
  readonly #headers = new HeaderMap();
  #headersSent = false;
  #waiting: Done | null = null;

  constructor(request: ServerRequest) {
    super({ decodeStrings: true });
    this.#request = request;
  }

  /** True once the head is fixed. */
  get headersSent(): boolean {
    return this.#headersSent;
  }

  /** Replaces a header. Several values are sent as several headers. */
  setHeader(name: string, value: HeaderValue): this {
    this.#headers.set(name, value);
    return this;
  }

  appendHeader(name: string, value: HeaderValue): this {
    this.#headers.append(name, value);
    return this;
  }

  removeHeader(name: string): void {
    this.#headers.delete(name);
  }

  /** The values set, none if the header is not set. */
  getHeader(name: string): readonly string[] {
    return this.#headers.get(name);
  }

  /**
   * Fixes status and headers; those given replace those set. Throws AJP_INVALID_HEADER or AJP_HEAD_TOO_LARGE if they
   * cannot be sent, and AJP_WRONG_STATE the second time.
   */
  writeHead(statusCode: number, headers: HeadersInit = {}): this {
    this.statusCode = statusCode;
    this.#headers.merge(headers);
    this.#writeHead();
    return this;
  }

  /** Sends what is held, and asks the front to pass it on to the client. */
  flush(): void {
    if (!this.#headersSent) this.#writeHead();
    this.#request.flush();
  }

  /** Cuts the connection so that the front sees a broken response. */
  abort(): void {
    this.destroy();
  }

  protected override isUntouched(): boolean {
    return !this.#headersSent;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: Done): void {
    this.#guard(done, () => {
      if (!this.#headersSent) {
        if (!this.#headers.has('content-length') && statusAllowsBody(this.statusCode)) {
          this.#headers.set('Content-Length', this.wholeBody?.length ?? 0);
        }
        this.#writeHead();
      }
      this.#request.end(this.wholeBody === null ? [] : [this.wholeBody]);
      done();
    });
  }

  // A connection closed without any answer makes fronts send the request again (mod_jk even a POST), so a failure of
  // our own before the head is answered.
  override _destroy(error: Error | null, done: Done): void {
    const request = this.#request;
    if (!request.isOver && error !== null && !this.#headersSent) {
      request.writeHead(500, 'Internal Server Error', [['Content-Length', '0']]);
      request.end();
    } else if (!request.isOver) {
      request.abort();
    }
    done(error);
  }

  /** The transport can take more. */
  drained(): void {
    const done = this.#waiting;
    this.#waiting = null;
    done?.();
  }

  #send(parts: readonly Buffer[], done: Done): void {
    this.#guard(done, () => {
      if (!this.#headersSent) this.#writeHead();
      if (this.#request.write(...parts)) done();
      else this.#waiting = done;
    });
  }

  #guard(done: Done, action: () => void): void {
    try {
      action();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #writeHead(): void {
    const reason = this.statusMessage === '' ? (STATUS_CODES[this.statusCode] ?? '') : this.statusMessage;
    this.#request.writeHead(this.statusCode, reason, this.#headers.list());
    this.#headersSent = true;
  }
}
