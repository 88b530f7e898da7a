// One AJP request on its way through the gateway: its exchange, its body, its reply.

import { AjpError, type ServerRequest } from '@sluice/ajp';
import { STATUS_CODES } from 'node:http';
import { giveBack } from '../exchange/blocks.ts';
import { BodyStream, NO_BODY, type BodySource } from '../exchange/body.ts';
import { errorPage, type Page } from '../exchange/error-page.ts';
import { GatewayError } from '../exchange/errors.ts';
import { Exchange, type Reply } from '../exchange/exchange.ts';
import { allocatedBriefly } from '../exchange/young-buffers.ts';
import type { Head } from '../exchange/head.ts';
import { ajpVariables } from './ajp-variables.ts';
import type { FrontOptions } from './front.ts';

const LF = 10;

/** What a request needs to know of its front. */
export interface AjpInboundOptions extends FrontOptions {
  /** The web server percent-decodes paths before it sends them. */
  readonly isPathDecoded: boolean;
}

/** Stands between a request of the library and its exchange in both directions. */
export class AjpInbound implements Reply, BodySource {
  readonly #request: ServerRequest<AjpInbound>;
  readonly #options: AjpInboundOptions;
  #exchange: Exchange | null = null;
  #body: BodyStream | null = null;
  /** The reply is being ended: its exchange is over as soon as the call that does so returns. */
  #isEnding = false;

  constructor(request: ServerRequest<AjpInbound>, options: AjpInboundOptions) {
    this.#request = request;
    this.#options = options;
  }

  /** Makes the exchange, and lets the body flow. */
  begin(): void {
    const { handle, showDetail, variablesBytes, isPathDecoded } = this.#options;
    const request = this.#request;
    const variables = ajpVariables(request.head, isPathDecoded);
    if (variables.block.length > variablesBytes) {
      const message = `the variables have ${variables.block.length} bytes, ${variablesBytes} allowed`;
      this.#send(errorPage(new GatewayError('SLUICE_BAD_REQUEST', message), '', showDetail));
      return;
    }
    this.#body = request.bodyExpected ? new BodyStream(this, request.contentLength) : null;
    const body = this.#body ?? NO_BODY;
    this.#exchange = new Exchange({ protocol: 'ajp', variables, body, reply: this, showDetail });
    handle(this.#exchange);
    if (this.#body && !request.isOver) request.resumeBody();
  }

  /** A piece of the body. */
  bodyChunk(chunk: Buffer): void {
    this.#body?.push(chunk);
  }

  bodyEnd(): void {
    this.#body?.finish();
  }

  /** The web server gave up or broke the protocol, or the reply broke its own Content-Length. */
  aborted(reason: AjpError): void {
    if (reason.fault === 'local') {
      this.#failed(new GatewayError('SLUICE_APPLICATION_FAILED', reason.message));
      return;
    }
    this.#body?.fail(reason);
    this.#exchange?.cancel();
  }

  drained(): void {
    this.#exchange?.drained();
  }

  pause(): void {
    this.#request.pauseBody();
  }

  resume(): void {
    this.#request.resumeBody();
  }

  head(head: Head, bytes: Buffer, isLast: boolean): boolean {
    this.#isEnding = isLast;
    try {
      this.#writeHead(head);
    } catch (error) {
      if (!(error instanceof AjpError)) throw error;
      this.#replace(error);
      return true;
    }
    return this.body(bytes, isLast);
  }

  body(bytes: Buffer, isLast: boolean): boolean {
    this.#isEnding = isLast;
    let isWritable = true;
    if (isLast) this.#request.end([bytes]);
    else isWritable = this.#request.writeFlushed(bytes);
    // Packets are copies.
    allocatedBriefly(bytes.length);
    giveBack(bytes);
    return isWritable;
  }

  abort(): void {
    this.#request.abort();
  }

  #writeHead({ status, reason, bytes }: Head): void {
    const headers = bytes.subarray(bytes.indexOf(LF) + 1);
    this.#request.writeHead(status, reason || (STATUS_CODES[status] ?? ''), headers);
  }

  #send({ head, body }: Page): void {
    this.#writeHead(head);
    this.#request.end([body]);
  }

  /** Answers in the place of a reply whose head AJP cannot carry; nothing of it has been sent. */
  #replace(reason: AjpError): void {
    const advice =
      reason.code === 'AJP_HEAD_TOO_LARGE'
        ? '; raise packet_size, and ProxyIOBufferSize or max_packet_size in the web server'
        : '';
    const error = new GatewayError('SLUICE_APPLICATION_FAILED', `${reason.message}${advice}`);
    const accept = this.#exchange?.variables.get('HTTP_ACCEPT') ?? '';
    const page = errorPage(error, accept, this.#options.showDetail);
    this.#send(page);
    if (this.#exchange) this.#exchange.status = page.head.status;
    this.#failed(error);
  }

  /** Ends the exchange by a failure of the reply; if it is being ended anyway, only says why it went wrong. */
  #failed(error: GatewayError): void {
    if (!this.#exchange) return;
    if (this.#isEnding) this.#exchange.error = error;
    else this.#exchange.fail(error);
  }
}
