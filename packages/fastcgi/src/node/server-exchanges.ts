// The requests of one socket: turns core events into the request and response objects a listener gets.
import type { Socket } from 'node:net';
import { buildCgiHead } from '../cgi-head.ts';
import { FastCgiError } from '../errors.ts';
import type { ServerHandler } from '../server-handler.ts';
import type { ServerRequest } from '../server-request.ts';
import { IncomingRequest } from './incoming-request.ts';
import { ServerResponse } from './server-response.ts';

/** Answers requests. */
export type RequestListener = (request: IncomingRequest, response: ServerResponse) => void;

/** A request and its response, as the core's `userData`. */
export interface Exchange {
  readonly request: IncomingRequest;
  readonly response: ServerResponse;
}

/** The handler of one socket's connection. */
export class ServerExchanges implements ServerHandler<Exchange> {
  readonly #socket: Socket;
  readonly #listener: RequestListener;
  readonly #onProtocolError: (error: FastCgiError) => void;
  /** Requests given to the listener whose response is not finished. */
  size = 0;

  constructor(socket: Socket, listener: RequestListener, onProtocolError: (error: FastCgiError) => void) {
    this.#socket = socket;
    this.#listener = listener;
    this.#onProtocolError = onProtocolError;
  }

  onRequest(request: ServerRequest<Exchange>): void {
    let incoming: IncomingRequest;
    try {
      incoming = new IncomingRequest(request);
    } catch (error) {
      if (!(error instanceof FastCgiError)) throw error;
      request.end([buildCgiHead(400, [['Content-Length', '0']], 'Bad Request')]);
      this.#onProtocolError(error);
      return;
    }
    const response = new ServerResponse(request, incoming.method, this.#socket);
    request.userData = { request: incoming, response };
    this.size += 1;
    response.once('close', () => {
      this.size -= 1;
      incoming.cease();
      incoming.data?.cease();
    });
    this.#listener(incoming, response);
  }

  onStdin({ userData }: ServerRequest<Exchange>, chunk: Buffer): void {
    userData?.request.receive(chunk);
  }

  onStdinEnd({ userData }: ServerRequest<Exchange>): void {
    userData?.request.receiveEnd();
    userData?.request.data?.takeTurn();
  }

  onData({ userData }: ServerRequest<Exchange>, chunk: Buffer): void {
    userData?.request.data?.receive(chunk);
  }

  onDataEnd({ userData }: ServerRequest<Exchange>): void {
    userData?.request.data?.receiveEnd();
  }

  onAbort(request: ServerRequest<Exchange>): void {
    const error = new FastCgiError('FCGI_ABORTED', 'the web server gave the request up', {
      requestId: request.id,
    });
    request.userData?.request.receiveAbort(error);
    request.userData?.response.destroy();
    // After ABORT_REQUEST the application still has the last word; when the connection is lost this does nothing.
    request.end([], 1);
  }

  onDrain({ userData }: ServerRequest<Exchange>): void {
    userData?.response.receiveDrain();
  }

  onError(error: FastCgiError): void {
    this.#onProtocolError(error);
  }
}
