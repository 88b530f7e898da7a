// Listening, accepting and closing; one core connection per socket, one request and response object per exchange.
import { EventEmitter } from 'node:events';
import { fstatSync } from 'node:fs';
import {
  createServer as createNetServer,
  type AddressInfo,
  type ListenOptions,
  type Server,
  type Socket,
} from 'node:net';
import type { FastCgiError } from '../errors.ts';
import { limitsFrom } from '../limits.ts';
import { ServerConnection, type ServerOptions } from '../server-connection.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { isAllowedPeer, parseWebServerAddresses } from './peer-addresses.ts';
import { ServerExchanges, type RequestListener } from './server-exchanges.ts';
import type { ServerResponse } from './server-response.ts';
import { SocketTransport } from './socket-transport.ts';

/** Where a web server leaves the listening socket of an application it spawns (specification 2.2). */
export const LISTENSOCK_FILENO = 0;

/** How a server behaves; everything has a default. */
export interface FastCgiServerOptions extends ServerOptions {
  /**
   * Addresses that may connect; others are closed at once. Default: FCGI_WEB_SERVER_ADDRS of the environment, and without
   * it anybody who reaches the socket. Whoever can connect can claim to be any user, so keep it off the network.
   */
  readonly allowedAddresses?: readonly string[];
  /** Close a connection without requests after this long without a byte, in milliseconds. Default 0, never. */
  readonly idleTimeoutMs?: number;
}

/** How to close. */
export interface CloseOptions {
  /** How long requests in progress may take before they are cut, in milliseconds. Default 30 000. */
  readonly timeoutMs?: number;
}

const CLOSE_TIMEOUT_MS = 30_000;

interface ServerEvents {
  request: [request: IncomingRequest, response: ServerResponse];
  listening: [];
  close: [];
  error: [error: Error];
  /** A peer broke the protocol; its connection is closed unless `error.scope` is "record". */
  clientError: [error: FastCgiError];
}

/** A FastCGI application behind a listening socket. Made by {@link createServer}. Throws FCGI_OPTION_INVALID for bad limits. */
export class FastCgiServer extends EventEmitter<ServerEvents> {
  readonly #options: FastCgiServerOptions;
  readonly #allowed: readonly string[] | undefined;
  readonly #server: Server;
  readonly #sockets: Map<Socket, ServerConnection<unknown>> = new Map();

  constructor(options: FastCgiServerOptions = {}) {
    super();
    // Now, not when the first web server connects: then nobody could catch it.
    limitsFrom(options.limits);
    this.#options = options;
    this.#allowed = options.allowedAddresses ?? parseWebServerAddresses(process.env['FCGI_WEB_SERVER_ADDRS']);
    this.#server = createNetServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    if (options.maxConnections !== undefined) this.#server.maxConnections = options.maxConnections;
    this.#server.on('listening', () => this.emit('listening'));
    this.#server.on('close', () => this.emit('close'));
    this.#server.on('error', (error) => this.emit('error', error));
  }

  /** Listens on a port, a Unix socket path or what `net` takes; without an argument on descriptor 0, as spawned. */
  listen(where: number | string | ListenOptions | { readonly fd: number } = { fd: LISTENSOCK_FILENO }): this {
    if (typeof where === 'object') this.#server.listen(where);
    else if (typeof where === 'number') this.#server.listen({ port: where, host: '127.0.0.1' });
    else this.#server.listen({ path: where });
    return this;
  }

  /** Where it listens; null when it does not. */
  address(): AddressInfo | string | null {
    return this.#server.address();
  }

  /**
   * Stops accepting, lets requests in progress finish, closes the rest. Resolves when every connection is closed; after
   * `timeoutMs` those left are cut.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#sockets.values()) connection.close();
    const deadline = setTimeout(() => {
      for (const socket of this.#sockets.keys()) socket.destroy();
    }, options.timeoutMs ?? CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(deadline);
  }

  #accept(socket: Socket): void {
    if (!isAllowedPeer(socket, this.#allowed)) {
      socket.destroy();
      return;
    }
    const transport = new SocketTransport(socket);
    const exchanges = new ServerExchanges(
      socket,
      (request, response) => this.emit('request', request, response),
      (error) => this.emit('clientError', error),
    );
    const connection = new ServerConnection(transport, exchanges, this.#options);
    this.#sockets.set(socket, connection);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.setTimeout(this.#options.idleTimeoutMs ?? 0);
    socket.on('timeout', () => {
      if (exchanges.size === 0) socket.destroy();
    });
    transport.attach(connection);
  }
}

/** Makes a server; `listener` gets every request of every role, see `request.role`. Call `listen` next. */
export function createServer(listener?: RequestListener): FastCgiServer;
export function createServer(options: FastCgiServerOptions, listener?: RequestListener): FastCgiServer;
export function createServer(
  first?: FastCgiServerOptions | RequestListener,
  second?: RequestListener,
): FastCgiServer {
  const listener = typeof first === 'function' ? first : second;
  const server = new FastCgiServer(typeof first === 'function' ? {} : first);
  if (listener !== undefined) server.on('request', listener);
  return server;
}

/** Whether a web server spawned this process as a FastCGI application: descriptor 0 is a socket. */
export function isFastCgiProcess(): boolean {
  try {
    return fstatSync(LISTENSOCK_FILENO).isSocket();
  } catch {
    return false; // Descriptor 0 is closed.
  }
}
