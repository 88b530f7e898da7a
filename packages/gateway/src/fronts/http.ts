// The HTTP front: requests of node:http become exchanges. Parsing, framing and keep-alive are Node's.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { BodyStream, NO_BODY, type RequestBody } from '../exchange/body.ts';
import { Exchange, type Reply } from '../exchange/exchange.ts';
import type { Head } from '../exchange/head.ts';
import type { Front, FrontOptions } from './front.ts';
import { httpVariables } from './http-variables.ts';

/** How this connection is used is between Node and the client (RFC 9110 section 7.6.1); Node throws at some of these. */
const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Serves HTTP/1.1 and HTTP/1.0. */
export class HttpFront implements Front {
  readonly protocol = 'http';
  readonly server: Server;
  readonly #options: FrontOptions;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.server = createServer({ maxHeaderSize: options.variablesBytes }, (request, response) => {
      this.#begin(request, response);
    });
    this.server.maxHeadersCount = options.variablesCount;
  }

  drain(): void {
    this.server.closeIdleConnections();
  }

  destroy(): void {
    this.server.closeAllConnections();
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const body = bodyOf(request);
    const exchange = new Exchange({
      protocol: this.protocol,
      variables: httpVariables(request),
      body,
      reply: new HttpReply(request, response, this.server),
      showDetail: this.#options.showDetail,
    });
    response.on('drain', () => exchange.drained());
    response.on('close', () => {
      if (!response.writableFinished) exchange.cancel();
    });
    if (body.kind === 'stream') feed(body, request);
    this.#options.handle(exchange);
  }
}

/** Without a length and without chunked framing an HTTP request has no body (RFC 9112 section 6.3). */
function bodyOf(request: IncomingMessage): RequestBody {
  const length = request.headers['content-length'];
  if (length === undefined && request.headers['transfer-encoding'] === undefined) return NO_BODY;
  if (length === '0') return NO_BODY;
  return new BodyStream(request, length === undefined ? null : Number(length));
}

function feed(body: BodyStream, request: IncomingMessage): void {
  request.on('data', (chunk: Buffer) => body.push(chunk));
  request.on('end', () => body.finish());
  request.on('close', () => {
    if (!request.complete) body.fail(new Error('the client closed the connection'));
  });
  request.on('error', (error) => body.fail(error));
}

class HttpReply implements Reply {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #server: Server;

  constructor(request: IncomingMessage, response: ServerResponse, server: Server) {
    this.#request = request;
    this.#response = response;
    this.#server = server;
  }

  head(head: Head, bytes: Buffer, isLast: boolean): boolean {
    const fields: string[] = [];
    for (const [name, value] of head.headers())
      if (!FRAMING.has(name.toLowerCase())) fields.push(name, value);
    // A body nobody has read would be taken for the next request; a server that stops takes no next request.
    if (isLast && !this.#request.complete) fields.push('Connection', 'close');
    else if (!this.#server.listening) fields.push('Connection', 'close');
    this.#response.writeHead(head.status, head.reason, fields);
    return this.body(bytes, isLast);
  }

  body(bytes: Buffer, isLast: boolean): boolean {
    if (isLast) {
      this.#response.end(bytes);
      return true;
    }
    if (bytes.length > 0) return this.#response.write(bytes);
    this.#response.flushHeaders();
    return true;
  }

  abort(): void {
    // A reset, because a plain close would be a complete end of an HTTP/1.0 response.
    const { socket } = this.#response;
    if (socket?.remoteAddress) socket.resetAndDestroy();
    else socket?.destroy();
  }
}
