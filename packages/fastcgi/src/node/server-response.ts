// The answer to a request, in the manner of node:http, plus what FastCGI adds: STDERR, appStatus and the Authorizer's verdict.
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { buildCgiHead, isBodyless } from '../cgi-head.ts';
import { Role } from '../constants.ts';
import { FastCgiError } from '../errors.ts';
import type { ServerRequest } from '../server-request.ts';
import { ErrorStream } from './error-stream.ts';
import { HeaderMap, type HeaderInput } from './header-map.ts';
import { quietPeerErrors } from './quiet-errors.ts';

type WriteCallback = (error?: Error | null) => void;

/**
 * The response to one request. Headers may be set until the first body byte. A body for HEAD, 1xx, 204 and 304 is
 * dropped. When the web server gives up it closes without an error. Destroying it before its end cuts the answer, see `ServerRequest.abort`.
 */
export class ServerResponse extends Writable {
  /** Default 200. */
  statusCode = 200;
  /** The reason phrase; by default the usual one of the status. */
  statusMessage: string | undefined;
  /** What a CGI program would exit with; sent with the end. Default 0. */
  appStatus = 0;
  /** The web server's log. */
  readonly stderr: Writable;
  readonly #errorStream: ErrorStream;
  readonly #request: ServerRequest;
  readonly #method: string;
  readonly #socket: Socket;
  readonly #headers: HeaderMap = new HeaderMap();
  #isHeadSent = false;
  #waiting: WriteCallback | undefined;

  /** Made by the server. */
  constructor(request: ServerRequest, method: string, socket: Socket) {
    super();
    quietPeerErrors(this);
    this.#request = request;
    this.#method = method;
    this.#socket = socket;
    this.#errorStream = new ErrorStream(request);
    this.stderr = this.#errorStream;
  }

  /** Whether the head is on its way, so that it cannot be changed any more. */
  get headersSent(): boolean {
    return this.#isHeadSent;
  }

  /** Sets a header, in place of any of the same name. An array makes one line each. Throws FCGI_HEADER_INVALID. */
  setHeader(name: string, value: string | number | readonly string[]): this {
    this.#checkHead();
    this.#headers.set(name, value);
    return this;
  }

  /** Adds a line to a header. */
  appendHeader(name: string, value: string): this {
    this.#checkHead();
    this.#headers.append(name, value);
    return this;
  }

  /** The values of a header, in order; empty when it is not set. */
  getHeader(name: string): readonly string[] {
    return this.#headers.get(name);
  }

  removeHeader(name: string): void {
    this.#checkHead();
    this.#headers.delete(name);
  }

  /** Sets status, reason and headers at once. Sent with the first body byte, so that a short answer is one record. */
  writeHead(status: number, reason?: string | HeaderInput, headers?: HeaderInput): this {
    this.#checkHead();
    this.statusCode = status;
    if (typeof reason === 'string') this.statusMessage = reason;
    for (const [name, value] of Object.entries((typeof reason === 'object' ? reason : headers) ?? {})) {
      this.#headers.set(name, value);
    }
    return this;
  }

  /** Sends the head now, before there is a body. Throws FCGI_HEADER_INVALID. */
  flushHeaders(): void {
    if (!this.#isHeadSent) this.#request.writeStdout(this.#takeHead());
  }

  /** Authorizer: lets the request through, with variables for the application behind it. Ends the response. */
  allow(variables: Readonly<Record<string, string>> = {}): void {
    this.#checkAuthorizer();
    this.statusCode = 200;
    for (const [name, value] of Object.entries(variables)) this.setHeader(`Variable-${name}`, value);
    this.end();
  }

  /** Authorizer: refuses the request; this answer goes to the client. Ends the response. */
  deny(status = 403, headers: HeaderInput = {}, body: string | Buffer = ''): void {
    this.#checkAuthorizer();
    this.writeHead(status, headers);
    this.end(body);
  }

  override end(callback?: () => void): this;
  override end(chunk: unknown, callback?: () => void): this;
  override end(chunk: unknown, encoding: BufferEncoding, callback?: () => void): this;
  override end(chunk?: unknown, encoding?: BufferEncoding | (() => void), callback?: () => void): this {
    if (!this.#isHeadSent && !this.writableEnded) {
      this.#setLength(chunk, typeof encoding === 'string' ? encoding : undefined);
    }
    this.#socket.cork();
    // Writable sorts out which argument is the callback.
    super.end(chunk, encoding as BufferEncoding, callback);
    this.#socket.uncork();
    return this;
  }

  /** Writing may go on; called by the server. */
  receiveDrain(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
    this.#errorStream.receiveDrain();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: WriteCallback): void {
    const body = isBodyless(this.#method, this.statusCode) ? [] : [chunk];
    try {
      const parts = this.#isHeadSent ? body : [this.#takeHead(), ...body];
      if (this.#request.writeStdout(...parts)) callback();
      else this.#waiting = callback;
    } catch (error) {
      callback(error as Error);
    }
  }

  override _final(callback: WriteCallback): void {
    try {
      this.#request.end(this.#isHeadSent ? [] : [this.#takeHead()], this.appStatus);
      callback();
    } catch (error) {
      callback(error as Error);
    }
  }

  override _destroy(error: Error | null, callback: WriteCallback): void {
    this.#waiting = undefined;
    if (this.#request.isWritable && !this.writableFinished) this.#request.abort();
    this.#errorStream.destroy();
    callback(error);
  }

  #takeHead(): Buffer {
    const reason = this.statusMessage ?? STATUS_CODES[this.statusCode] ?? '';
    const head = buildCgiHead(this.statusCode, this.#headers.pairs(), reason);
    this.#isHeadSent = true;
    return head;
  }

  /** Announces the length of a body that is given whole. */
  #setLength(body: unknown, encoding: BufferEncoding | undefined): void {
    const length = wholeLength(body, encoding);
    const isAllowed = this.statusCode >= 200 && this.statusCode !== 204 && this.statusCode !== 304;
    if (length === undefined || !isAllowed || this.writableLength > 0 || this.#headers.has('content-length'))
      return;
    // Without a body to measure the answer to HEAD says nothing of the length that GET would have.
    if (this.#method === 'HEAD' && length === 0) return;
    this.#headers.set('Content-Length', length);
  }

  #checkHead(): void {
    if (!this.#isHeadSent) return;
    throw new FastCgiError('FCGI_RESPONSE_STARTED', 'the head is sent', { requestId: this.#request.id });
  }

  #checkAuthorizer(): void {
    if (this.#request.role === Role.AUTHORIZER) return;
    throw new FastCgiError('FCGI_HEADER_INVALID', 'only an Authorizer allows or denies', {
      requestId: this.#request.id,
    });
  }
}

/** Bytes of an argument of `end`, undefined for what is no body. */
function wholeLength(body: unknown, encoding: BufferEncoding | undefined): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body, encoding);
  if (body instanceof Uint8Array) return body.length;
  return body === undefined || body === null || typeof body === 'function' ? 0 : undefined;
}
