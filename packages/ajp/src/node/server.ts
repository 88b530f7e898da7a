// The container side over sockets: createServer in the manner of node:http, safe to start as it is.
import { EventEmitter } from 'node:events';
import { createServer as createNetServer, type Server, type Socket } from 'node:net';
import { AjpError } from '../errors.ts';
import type { ServerHandler } from '../handlers.ts';
import { ServerConnection, type ServerConnectionOptions } from '../server-connection.ts';
import type { ServerRequest } from '../server-request.ts';
import { IncomingRequest } from './incoming-request.ts';
import { OutgoingResponse } from './outgoing-response.ts';
import { SocketTransport } from './socket-transport.ts';
import { DEFAULT_TIMEOUTS, StallWatch, type ServerTimeouts } from './stall-watch.ts';

/** Settings of `createServer`. */
export interface ServerOptions extends ServerConnectionOptions, Partial<ServerTimeouts> {
  /** True lets `listen` open an address beyond loopback without a secret. Default false. */
  readonly allowPublicWithoutSecret?: boolean;
}

/** Where to listen. */
export interface ListenOptions {
  /** TCP port, 0 for any free one. Fronts use 8009. */
  readonly port?: number;
  /** Default 127.0.0.1. AJP is clear text and believes what the front says, so keep it off public networks. */
  readonly host?: string;
  /** Path of a Unix socket, instead of port and host. */
  readonly path?: string;
}

/** Called for every request. What it throws is the process's, as in node:http. */
export type RequestListener = (request: IncomingRequest, response: OutgoingResponse) => void;

interface Events {
  request: [request: IncomingRequest, response: OutgoingResponse];
  /** A front broke the protocol or was refused; its connection is closing. */
  clientError: [error: AjpError, socket: Socket];
  /** A front connected. */
  connection: [socket: Socket];
  error: [error: Error];
  listening: [];
  close: [];
}

/** Makes a server; `listener` is called for every request. */
export function createServer(options: ServerOptions, listener?: RequestListener): AjpServer;
export function createServer(listener?: RequestListener): AjpServer;
export function createServer(first?: ServerOptions | RequestListener, second?: RequestListener): AjpServer {
  const server = new AjpServer(typeof first === 'function' ? {} : first);
  const listener = typeof first === 'function' ? first : second;
  if (listener !== undefined) server.on('request', listener);
  return server;
}

/** Accepts fronts and emits their requests. */
export class AjpServer extends EventEmitter<Events> {
  readonly #options: ServerOptions;
  readonly #net: Server;
  readonly #watch: StallWatch;
  readonly #connections = new Map<Socket, ServerConnection>();

  constructor(options: ServerOptions = {}) {
    super();
    this.#options = options;
    this.#watch = new StallWatch(timeoutsOf(options));
    this.#net = createNetServer((socket) => this.serve(socket));
    this.#net.on('error', (error) => this.emit('error', error));
    this.#net.on('listening', () => this.emit('listening'));
    this.#net.on('close', () => this.emit('close'));
  }

  /**
   * Starts to listen. Throws AJP_SECRET_REQUIRED for a host beyond loopback without a secret: whoever reaches the
   * port may claim any client address and any authenticated user.
   */
  listen(where: ListenOptions | number, listening?: () => void): this {
    const { port = 8009, host = '127.0.0.1', path } = typeof where === 'number' ? { port: where } : where;
    const isPublic = path === undefined && !isLoopback(host);
    if (isPublic && this.#options.secret === undefined && this.#options.allowPublicWithoutSecret !== true) {
      throw new AjpError('AJP_SECRET_REQUIRED', `listening on ${host} needs a secret`);
    }
    this.#net.listen(path === undefined ? { port, host } : { path }, listening);
    return this;
  }

  /** Serves a socket accepted elsewhere, such as one from an inherited listener. */
  serve(socket: Socket): void {
    const transport = new SocketTransport(socket);
    const connection = new ServerConnection(transport, this.#handlerFor(socket), this.#options);
    this.#connections.set(socket, connection);
    this.emit('connection', socket);
    const unwatch = this.#watch.add(socket, connection);
    transport.feed(connection, () => {
      unwatch();
      this.#connections.delete(socket);
    });
  }

  /** Where it listens, as net.Server tells it. */
  address(): ReturnType<Server['address']> {
    return this.#net.address();
  }

  /** Stops listening, closes idle connections, and lets running responses finish. `closed` is called when all are gone. */
  close(closed?: (error?: Error) => void): this {
    this.#net.close(closed);
    for (const connection of this.#connections.values()) connection.close();
    return this;
  }

  /** Cuts every connection, running responses included. */
  closeAllConnections(): void {
    for (const socket of this.#connections.keys()) socket.destroy();
  }

  #handlerFor(socket: Socket): ServerHandler {
    return {
      onRequest: (request) => {
        const pair: Exchange = {
          request: new IncomingRequest(request),
          response: new OutgoingResponse(request),
        };
        request.userData = pair;
        pair.response.once('finish', () => pair.request.destroy());
        this.emit('request', pair.request, pair.response);
      },
      onBody: (request, chunk) => {
        if (!exchangeOf(request).request.push(chunk)) request.pauseBody();
      },
      onBodyEnd: (request) => exchangeOf(request).request.push(null),
      onDrain: (request) => exchangeOf(request).response.drained(),
      onAbort: (request, reason) => {
        const pair = exchangeOf(request);
        for (const stream of [pair.request, pair.response]) {
          stream.destroy(stream.listenerCount('error') > 0 ? reason : undefined);
        }
      },
      onError: (error) => this.emit('clientError', error, socket),
    };
  }
}

interface Exchange {
  readonly request: IncomingRequest;
  readonly response: OutgoingResponse;
}

// Only `#handlerFor` sets the user data of a request it made.
function exchangeOf(request: ServerRequest): Exchange {
  return request.userData as Exchange;
}

function timeoutsOf(options: ServerOptions): ServerTimeouts {
  return {
    packetTimeoutMs: options.packetTimeoutMs ?? DEFAULT_TIMEOUTS.packetTimeoutMs,
    bodyTimeoutMs: options.bodyTimeoutMs ?? DEFAULT_TIMEOUTS.bodyTimeoutMs,
    idleTimeoutMs: options.idleTimeoutMs ?? DEFAULT_TIMEOUTS.idleTimeoutMs,
    writeTimeoutMs: options.writeTimeoutMs ?? DEFAULT_TIMEOUTS.writeTimeoutMs,
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
