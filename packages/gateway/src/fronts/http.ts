// The HTTP front: requests of node:http become exchanges. Parsing, framing and keep-alive are Node's.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { GatewayError } from '../exchange/errors.ts';
import { Exchange } from '../exchange/exchange.ts';
import type { Peer } from '../exchange/peer.ts';
import { NO_FORWARDING, type Forwarding } from './forwarding.ts';
import type { Front, FrontOptions } from './front.ts';
import { bodyOf } from './http-body.ts';
import { HttpConnection } from './http-connection.ts';
import { USUAL_LIMITS, type HttpLimits } from './http-limits.ts';
import { objectionTo } from './http-policy.ts';
import { failureOf, refusalBytes } from './http-refusals.ts';
import { HttpReply } from './http-reply.ts';
import { httpVariables } from './http-variables.ts';

/** Requests of one connection that may wait for the one before them. */
const PIPELINED_MAX = 32;
/** How often Node looks for heads that take too long, at most and at least. */
const LOOK_EVERY_MS = 1_000;
const LOOK_PARTS = 10;

/** What the front has to say besides requests. */
export interface HttpEvents {
  /** Bytes that were no request were refused. Hostile clients can call this as often as they like. */
  readonly refused: (peer: string, error: GatewayError) => void;
  /** A header was left out: its name can be mistaken for another one, or its sender is not trusted. */
  readonly leftOut: (peer: string, header: string, why: 'unsafe' | 'unbelieved') => void;
}

/** What an HTTP front is made with. */
export interface HttpFrontOptions extends FrontOptions {
  /** Default: {@link USUAL_LIMITS}. */
  readonly limits?: HttpLimits;
  /** Default: nobody is believed. */
  readonly forwarding?: Forwarding;
  /** Who is at the other end of a connection that has sent a request. Default: what the socket says. */
  readonly peerOf?: (socket: Socket) => Peer;
  readonly events?: HttpEvents;
}

/** Serves HTTP/1.1 and HTTP/1.0. */
export class HttpFront implements Front {
  readonly protocol = 'http';
  readonly server: Server;
  readonly #options: FrontOptions;
  readonly #limits: HttpLimits;
  readonly #forwarding: Forwarding;
  readonly #peerOf: (socket: Socket) => Peer;
  readonly #events: HttpEvents | null;
  readonly #connections = new WeakMap<Socket, HttpConnection>();

  constructor(options: HttpFrontOptions) {
    this.#options = options;
    this.#limits = options.limits ?? USUAL_LIMITS;
    this.#forwarding = options.forwarding ?? NO_FORWARDING;
    this.#peerOf = options.peerOf ?? socketPeer;
    this.#events = options.events ?? null;
    const { headerTimeoutMs, keepAliveTimeoutMs } = this.#limits;
    this.server = createServer({
      maxHeaderSize: options.variablesBytes,
      insecureHTTPParser: false,
      // Checked here, with a page that says so.
      requireHostHeader: false,
      headersTimeout: headerTimeoutMs,
      // A large body may take its time; what it must not do is to stop coming.
      requestTimeout: 0,
      keepAliveTimeout: keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(LOOK_EVERY_MS, Math.ceil(headerTimeoutMs / LOOK_PARTS)),
    });
    // Node drops headers over this number without a word. One more, and they can be refused.
    this.server.maxHeadersCount = options.variablesCount + 1;
    this.server.on('request', (request, response) => this.#begin(request, response, 'none'));
    this.server.on('checkContinue', (request, response) => this.#begin(request, response, 'continue'));
    this.server.on('checkExpectation', (request, response) => this.#begin(request, response, 'unknown'));
    this.server.on('clientError', (error, socket) => this.#failed(error, socket as Socket));
    this.server.on('connect', (_request, socket) => {
      this.#refuse(socket as Socket, new GatewayError('SLUICE_NOT_SUPPORTED', 'CONNECT is for proxies'));
    });
  }

  drain(): void {
    this.server.closeIdleConnections();
  }

  destroy(): void {
    this.server.closeAllConnections();
  }

  /** @param expectation what the header Expect asks for */
  #begin(
    request: IncomingMessage,
    response: ServerResponse,
    expectation: 'none' | 'continue' | 'unknown',
  ): void {
    const connection = this.#connectionOf(request.socket);
    if (connection.isDeaf || connection.waitingCount > PIPELINED_MAX) return;
    const { variables, problem, unsafe, unbelieved } = httpVariables(
      request,
      connection.peer,
      this.#forwarding,
    );
    if (unsafe.length + unbelieved.length > 0) this.#tellLeftOut(connection.peer, unsafe, unbelieved);
    const { body, abandon } = bodyOf(request, this.#limits, {
      wanted: () => expectation === 'continue' && !response.headersSent && response.writeContinue(),
      slow: (reason) => exchange.fail(new GatewayError('SLUICE_REQUEST_SLOW', reason)),
    });
    const exchange = new Exchange({
      protocol: this.protocol,
      variables,
      body,
      reply: new HttpReply(request, response, this.server, connection, this.#limits.sendTimeoutMs, () =>
        exchange.drained(),
      ),
      showDetail: this.#options.showDetail,
    });
    if (abandon !== null) exchange.whenDone(abandon);
    const objection = this.#objectionTo(request, connection, expectation, problem);
    connection.enqueue(exchange, request, response, () => {
      if (objection === null) return this.#options.handle(exchange);
      connection.close();
      exchange.fail(objection);
    });
  }

  #objectionTo(
    request: IncomingMessage,
    { waitingCount }: HttpConnection,
    expectation: 'none' | 'continue' | 'unknown',
    problem: string | null,
  ): GatewayError | null {
    const objection = objectionTo(request, this.#options.variablesCount);
    if (objection !== null) return objection;
    if (problem !== null) return new GatewayError('SLUICE_BAD_REQUEST', problem);
    if (expectation === 'unknown') {
      const { expect } = request.headers;
      return new GatewayError('SLUICE_EXPECTATION_FAILED', `Expect: ${expect} is not known`);
    }
    if (waitingCount < PIPELINED_MAX) return null;
    const message = `more than ${PIPELINED_MAX} requests wait for the answer to the one before`;
    return new GatewayError('SLUICE_TOO_MANY_REQUESTS', message);
  }

  #connectionOf(socket: Socket): HttpConnection {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const connection = new HttpConnection(
      socket,
      this.#peerOf(socket),
      this.#limits.connectionRequestsCount ?? Infinity,
    );
    this.#connections.set(socket, connection);
    return connection;
  }

  /** Node could not read what came, or it did not come in time. */
  #failed(error: Error, socket: Socket): void {
    const failure = failureOf(error);
    // Who has not sent anything, such as a browser in advance of its user, asked for nothing.
    if (failure === null || !socket.writable || socket.bytesRead === 0) {
      socket.destroy();
      return;
    }
    const isAnswered = this.#connections.get(socket)?.spoil(failure) ?? false;
    if (!isAnswered) this.#refuse(socket, failure);
  }

  #refuse(socket: Socket, error: GatewayError): void {
    this.#events?.refused(this.#peerOf(socket).address, error);
    socket.on('error', () => {});
    socket.end(refusalBytes(error), () => socket.destroy());
  }

  #tellLeftOut(peer: Peer, unsafe: readonly string[], unbelieved: readonly string[]): void {
    for (const header of unsafe) this.#events?.leftOut(peer.address, header, 'unsafe');
    for (const header of unbelieved) this.#events?.leftOut(peer.address, header, 'unbelieved');
  }
}

function socketPeer({ remoteAddress, remotePort, localAddress, localPort }: Socket): Peer {
  return {
    address: remoteAddress ?? '',
    port: String(remotePort ?? ''),
    localAddress: localAddress ?? '',
    localPort: String(localPort ?? ''),
    tls: null,
  };
}
