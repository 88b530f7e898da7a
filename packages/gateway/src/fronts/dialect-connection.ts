// One connection of a web server that speaks SCGI or uwsgi, which is one request: its exchange, its body, its reply.

import { BodyBytes, BodyStream, NO_BODY, type BodySource, type RequestBody } from '../exchange/body.ts';
import { errorPage } from '../exchange/error-page.ts';
import { GatewayError } from '../exchange/errors.ts';
import { Exchange, type Reply } from '../exchange/exchange.ts';
import type { Head } from '../exchange/head.ts';
import type { Variables } from '../exchange/variables.ts';
import type { BatchingTransport } from './batching-transport.ts';
import { ContentLengthError } from './content-length.ts';
import { DialectError, type Dialect, type HeadDecoder } from './dialect.ts';
import type { FrontOptions } from './front.ts';

const END_OF_HEAD = Buffer.from('\r\n');

/** A body up to this size leaves in one piece with its head; larger ones are not worth the copy. */
const COPIED_BYTES_MAX = 16 * 1024;

/**
 * Long enough for a web server to read what it was sent before the reset that breaks it off. mod_proxy_uwsgi takes a
 * reply for complete at times if it finds both together.
 */
const APART_MS = 50;

/** What a connection needs to know of its front: one for all of its connections. */
export interface DialectConnectionOptions extends FrontOptions {
  readonly dialect: Dialect;
  /** A request was refused before it became an exchange. `peer` is an address, or empty for a Unix socket. */
  readonly refused: (peer: string, error: DialectError | ContentLengthError) => void;
  /** Bytes came behind the body. They are dropped, but they may well have been meant to belong to it. */
  readonly surplus: (peer: string, contentBytes: number) => void;
}

/**
 *   head ──variables complete──▶ request ──reply ended or aborted, web server gone──▶ over
 *   head ──malformed, ping, closed──────────────────────────────────────────────────▶ over
 *
 * What comes after that is dropped.
 */
export class DialectConnection implements Reply, BodySource {
  readonly #transport: BatchingTransport;
  readonly #peer: string;
  readonly #options: DialectConnectionOptions;
  #decoder: HeadDecoder | null;
  #hasBegun = false;
  #isOver = false;
  #exchange: Exchange | null = null;
  #body: BodyStream | null = null;
  #contentBytes = 0;
  /** What is still to come of the body. Anything behind it is not the request's. */
  #missingBytes = 0;
  #isSurplusTold = false;

  /** @param peer the address of the web server, or empty for a Unix socket */
  constructor(transport: BatchingTransport, peer: string, options: DialectConnectionOptions) {
    this.#transport = transport;
    this.#peer = peer;
    this.#options = options;
    this.#decoder = options.dialect.makeDecoder(options);
  }

  /** One request, one head. */
  get headCount(): number {
    return 1;
  }

  /** Whether the head has begun and not ended. */
  get isInsideHead(): boolean {
    return this.#hasBegun && this.#decoder !== null && !this.#isOver;
  }

  /** Takes bytes from the web server, cut anywhere. They must not change afterwards. */
  receive(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#hasBegun = true;
    if (this.#decoder) this.#readHead(this.#decoder, chunk);
    else this.#readBody(chunk);
  }

  /** The web server has closed the connection, or it is lost. None of them only closes one direction. */
  receiveEnd(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#body?.fail(new Error(`the connection ended ${this.#missingBytes} bytes before the body`));
    this.#exchange?.cancel();
    this.#transport.destroy();
  }

  drained(): void {
    this.#exchange?.drained();
  }

  /** Ends it if nothing has come yet; otherwise it ends with its only request. */
  close(): void {
    if (!this.#hasBegun) this.#end();
  }

  pause(): void {
    if (!this.#isOver) this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }

  head(head: Head, bytes: Buffer, isLast: boolean): boolean {
    const { statusPrefix } = this.#options.dialect;
    const isCopied = bytes.length <= COPIED_BYTES_MAX;
    const parts = [statusPrefix, head.bytes, END_OF_HEAD, ...(isCopied ? [bytes] : [])];
    const isWritable = this.#transport.write(Buffer.concat(parts));
    if (!isCopied) return this.body(bytes, isLast);
    if (isLast) this.#end();
    return isWritable;
  }

  body(bytes: Buffer, isLast: boolean): boolean {
    const isWritable = bytes.length === 0 || this.#transport.write(bytes);
    if (isLast) this.#end();
    return isWritable;
  }

  abort(): void {
    this.#isOver = true;
    setTimeout(() => this.#transport.destroy(), APART_MS).unref();
  }

  #readHead(decoder: HeadDecoder, chunk: Buffer): void {
    try {
      const head = decoder.push(chunk);
      if (!head) return;
      this.#decoder = null;
      if (head.kind === 'request') {
        this.#begin(head.variables, head.contentBytes, head.rest);
      } else {
        this.#transport.write(head.answer);
        this.#end();
      }
    } catch (error) {
      if (!(error instanceof DialectError || error instanceof ContentLengthError)) throw error;
      this.#refuse(error);
    }
  }

  #begin(variables: Variables, contentBytes: number, rest: Buffer): void {
    const { dialect, showDetail, handle } = this.#options;
    const { protocol } = dialect;
    this.#contentBytes = contentBytes;
    this.#missingBytes = contentBytes;
    const body = this.#bodyFrom(rest);
    this.#exchange = new Exchange({ protocol, variables, body, reply: this, showDetail });
    handle(this.#exchange);
    if (body.kind === 'stream' || rest.length > contentBytes) this.receive(rest);
  }

  /** The body, as a stream unless all of it is there. */
  #bodyFrom(rest: Buffer): RequestBody {
    if (this.#contentBytes === 0) return NO_BODY;
    if (rest.length === this.#contentBytes) {
      this.#missingBytes = 0;
      return new BodyBytes([rest]);
    }
    this.#body = new BodyStream(this, this.#contentBytes);
    return this.#body;
  }

  #readBody(chunk: Buffer): void {
    if (chunk.length > this.#missingBytes) this.#noteSurplus();
    if (!this.#body || this.#missingBytes === 0) return;
    const wanted = chunk.subarray(0, this.#missingBytes);
    this.#missingBytes -= wanted.length;
    this.#body.push(wanted);
    if (this.#missingBytes === 0) this.#body.finish();
  }

  #noteSurplus(): void {
    if (this.#isSurplusTold) return;
    this.#isSurplusTold = true;
    this.#options.surplus(this.#peer, this.#contentBytes);
  }

  /** Answers what cannot become an exchange, unless its sender would not understand the answer either. */
  #refuse(error: DialectError | ContentLengthError): void {
    this.#decoder = null;
    this.#options.refused(this.#peer, error);
    if (error.code === 'WRONG_PROTOCOL') {
      this.#isOver = true;
      this.#transport.destroy();
      return;
    }
    const { head, body } = errorPage(
      new GatewayError('SLUICE_BAD_REQUEST', error.message),
      '',
      this.#options.showDetail,
    );
    this.head(head, body, true);
  }

  /** Everything is said. Input is read on, and dropped: closing over unread input would cut off the reply. */
  #end(): void {
    this.#isOver = true;
    this.#transport.end(this.#exchange !== null && this.#contentBytes === 0 && !this.#isSurplusTold);
    this.#transport.resume();
  }
}
