// One FastCGI request on its way through the gateway: when its exchange begins, its body, its reply.

import { FastCgiError, type ServerRequest } from '@sluice/fastcgi';
import { BlockFiller } from '../exchange/block-filler.ts';
import { Block } from '../exchange/blocks.ts';
import { BodyStream, NO_BODY, type BodySource } from '../exchange/body.ts';
import { errorPage } from '../exchange/error-page.ts';
import { GatewayError } from '../exchange/errors.ts';
import { Exchange, type Reply } from '../exchange/exchange.ts';
import type { Head } from '../exchange/head.ts';
import { Variables } from '../exchange/variables.ts';
import { contentLength, ContentLengthError } from './content-length.ts';
import type { FrontOptions } from './front.ts';

const STATUS = Buffer.from('Status: ');
const END_OF_HEAD = Buffer.from('\r\n');

/** Told of a request that was answered with 400 instead of becoming an exchange. */
export type RefusalNoter = (error: FastCgiError | ContentLengthError) => void;

/** Hangs on a request of the library, and stands between it and its exchange in both directions. */
export class FastCgiInbound implements Reply, BodySource {
  /** Null until it is known whether a body comes. */
  exchange: Exchange | null = null;
  readonly #request: ServerRequest<FastCgiInbound>;
  readonly #options: FrontOptions;
  readonly #refused: RefusalNoter;
  readonly #variables: Variables | null;
  /** CONTENT_LENGTH, or null: then the end of STDIN is the end of the body. */
  readonly #announcedBytes: number | null = null;
  #receivedBytes = 0;
  #body: BodyStream | null = null;
  readonly #filler = new BlockFiller();
  /** The last of the reply is with the library, which takes nothing after it. */
  #isOver = false;

  constructor(request: ServerRequest<FastCgiInbound>, options: FrontOptions, refused: RefusalNoter) {
    this.#request = request;
    this.#options = options;
    this.#refused = refused;
    try {
      const index: number[] = [];
      const variables = new Variables(request.params.toBlock(index), index);
      // Caddy says so of a length it does not know. Applications know the empty one, which is what nginx sends.
      const isUnknown = variables.get('CONTENT_LENGTH') === '-1';
      this.#variables = isUnknown ? variables.with({ CONTENT_LENGTH: '' }) : variables;
      this.#announcedBytes = isUnknown ? null : contentLength(variables.block, index);
    } catch (error) {
      if (!(error instanceof FastCgiError || error instanceof ContentLengthError)) throw error;
      this.#variables = null;
      this.#refuse(error);
      return;
    }
    if (this.#announcedBytes === 0) this.#begin(null);
    else if (this.#announcedBytes !== null) this.#begin(new BodyStream(this, this.#announcedBytes));
  }

  /** A piece of the body, which is copied unless it has been. What comes after the announced length is dropped (PROTOCOLS: STDIN longer). */
  stdin(chunk: Buffer): void {
    if (!this.exchange) this.#begin(new BodyStream(this, null));
    const room = this.#announcedBytes === null ? Infinity : this.#announcedBytes - this.#receivedBytes;
    const wanted = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#receivedBytes += wanted.length;
    const body = this.#body;
    if (body && Block.of(wanted)) body.push(wanted);
    else if (body) this.#filler.copy(wanted, (piece) => body.push(piece));
    // Some web servers announce a length and never end STDIN.
    if (this.#receivedBytes === this.#announcedBytes) this.#finish();
  }

  stdinEnd(): void {
    if (!this.exchange) this.#begin(null);
    else if (this.#announcedBytes === null) this.#finish();
    else if (this.#receivedBytes < this.#announcedBytes)
      this.#failBody(`STDIN ended after ${this.#receivedBytes} of ${this.#announcedBytes} bytes`);
  }

  /** The web server gave up, or the connection is lost. */
  aborted(): void {
    this.#failBody('the web server gave the request up');
    this.exchange?.cancel();
    // After ABORT_REQUEST the web server still waits for the end; after a lost connection this does nothing. The failed
    // body may have been answered already.
    if (this.#isOver) return;
    this.#isOver = true;
    this.#request.end();
  }

  pause(): void {
    this.#request.pauseStdin();
  }

  resume(): void {
    this.#request.resumeStdin();
  }

  head(head: Head, bytes: Buffer, isLast: boolean): boolean {
    if (!isLast) return this.#request.writeStdout(STATUS, head.bytes, END_OF_HEAD, bytes);
    this.#isOver = true;
    this.#request.end([STATUS, head.bytes, END_OF_HEAD, bytes]);
    return true;
  }

  body(bytes: Buffer, isLast: boolean): boolean {
    if (!isLast) return bytes.length === 0 || this.#request.writeStdout(bytes);
    this.#isOver = true;
    this.#request.end([bytes]);
    return true;
  }

  abort(): void {
    this.#isOver = true;
    this.#request.abort();
  }

  #finish(): void {
    this.#filler.end();
    this.#body?.finish();
  }

  #failBody(reason: string): void {
    this.#filler.end();
    this.#body?.fail(new Error(reason));
  }

  #begin(body: BodyStream | null): void {
    if (!this.#variables || this.exchange) return;
    this.#body = body;
    this.exchange = new Exchange({
      protocol: 'fastcgi',
      variables: this.#variables,
      body: body ?? NO_BODY,
      reply: this,
      showDetail: this.#options.showDetail,
    });
    this.#options.handle(this.exchange);
  }

  /** Answers what cannot become an exchange. */
  #refuse(error: FastCgiError | ContentLengthError): void {
    const page = errorPage(
      new GatewayError('SLUICE_BAD_REQUEST', error.message),
      '',
      this.#options.showDetail,
    );
    this.head(page.head, page.body, true);
    this.#refused(error);
  }
}
