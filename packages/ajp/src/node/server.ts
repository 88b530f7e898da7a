// The container side over sockets: createServer in the manner of node:http, safe to start as it is.
import { EventEmitter } from 'node:events';
import { createServer as createNetServer, type Server, type Socket } from 'node:net';
import { AjpError } from '../errors.ts';
import type { ServerHandler } from '../server-handler.ts';
import { checkOptions, ServerConnection, type ServerConnectionOptions } from '../server-connection.ts';
import { IncomingRequest } from './incoming-request.ts';
import { ServerResponse } from './server-response.ts';
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

/** How to close. */
export interface CloseOptions {
  /** How long running responses may take before they are cut, in milliseconds. Default 30 000. */
  readonly timeoutMs?: number;
}

const CLOSE_TIMEOUT_MS = 30_000;

/** Called for every request. What it throws is the process's, as in node:http. */
export type RequestListener = (request: IncomingRequest, response: ServerResponse) => void;

interface Events {
  request: [request: IncomingRequest, response: ServerResponse];
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

/** Accepts fronts and emits their requests. Throws AJP_INVALID_OPTION for options that are out of range. */
export class AjpServer extends EventEmitter<Events> {
  readonly #options: ServerOptions;
  readonly #net: Server;
  readonly #watch: StallWatch;
  readonly #connections = new Map<Socket, ServerConnection<Exchange>>();

  constructor(options: ServerOptions = {}) {
    super();
    // Now, not when the first front connects: then nobody could catch it.
    checkOptions(options);
    this.#options = options;
    this.#watch = new StallWatch(timeoutsOf(options));
    this.#net = createNetServer((socket) => this.serve(socket));
    this.#net.on('error', (error) => this.emit('error', error));
    this.#net.on('listening', () => this.emit('listening'));
    this.#net.on('close', () => this.emit('close'));
  }

  /**
   * Listens on a port of 127.0.0.1, on a Unix socket path, or where the options say. Throws AJP_SECRET_REQUIRED for a host
   * beyond loopback without a secret: whoever reaches the port may claim any client address and any user.
   */
  listen(where: number | string | ListenOptions): this {
    const options =
      typeof where === 'number' ? { port: where } : typeof where === 'string' ? { path: where } : where;
    const { port = 8009, host = '127.0.0.1', path } = options;
    const isPublic = path === undefined && !isLoopback(host);
    if (isPublic && this.#options.secret === undefined && this.#options.allowPublicWithoutSecret !== true) {
      throw new AjpError('AJP_SECRET_REQUIRED', `listening on ${host} needs a secret`);
    }
    this.#net.listen(path === undefined ? { port, host } : { path });
    return this;
  }

  /** Serves a socket accepted elsewhere, such as one from an inherited listener. */
  serve(socket: Socket): void {
    const transport = new SocketTransport(socket);
    const connection = new ServerConnection<Exchange>(transport, this.#handlerFor(socket), this.#options);
    this.#connections.set(socket, connection);
    this.emit('connection', socket);
    const unwatch = this.#watch.add(socket, connection);
    socket.on('close', () => {
      unwatch();
      this.#connections.delete(socket);
    });
    transport.attach(connection);
  }

  /** Where it listens, as net.Server tells it. */
  address(): ReturnType<Server['address']> {
    return this.#net.address();
  }

  /**
   * Stops listening, closes idle connections and lets running responses finish. Resolves when every connection is
   * closed; after `timeoutMs` those left are cut.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#net.close(() => resolve()));
    for (const connection of this.#connections.values()) connection.close();
    const deadline = setTimeout(() => {
      for (const socket of this.#connections.keys()) socket.destroy();
    }, options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(deadline);
  }

  #handlerFor(socket: Socket): ServerHandler<Exchange> {
    return {
      onRequest: (request) => {
        const pair: Exchange = {
          request: new IncomingRequest(request),
          response: new ServerResponse(request),
        };
        request.userData = pair;
        pair.response.once('finish', () => pair.request.destroy());
        this.emit('request', pair.request, pair.response);
      },
      onBody: (request, chunk) => {
        if (request.userData?.request.push(chunk) === false) request.pauseBody();
      },
      onBodyEnd: (request) => request.userData?.request.push(null),
      onDrain: (request) => request.userData?.response.drained(),
      onAbort: ({ userData }, reason) => {
        for (const stream of userData === undefined ? [] : [userData.request, userData.response]) {
          stream.destroy(stream.listenerCount('error') > 0 ? reason : undefined);
        }
      },
      onError: (error) => this.emit('clientError', error, socket),
    };
  }
}

interface Exchange {
  readonly request: IncomingRequest;
  readonly response: ServerResponse;
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
