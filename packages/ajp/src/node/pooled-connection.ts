// One socket to a container and the connection on it, as the agent keeps them.
import { connect, type Socket } from 'node:net';
import { ClientConnection, type ClientConnectionOptions } from '../client-connection.ts';
import { AjpError } from '../errors.ts';
import { SocketTransport } from './socket-transport.ts';

/** Where a container listens: a TCP port (host 127.0.0.1 by default) or the path of a Unix socket. */
export interface ContainerAddress {
  readonly host?: string;
  /** Default 8009. */
  readonly port?: number;
  /** Path of a Unix socket, instead of host and port. */
  readonly socketPath?: string;
}

/** Tells the outcome of a wait: null if all is well. */
export type Settled = (error: AjpError | null) => void;

/** A socket on which requests are sent one after another. */
export class PooledConnection {
  readonly connection: ClientConnection;
  /** True once it has carried a request: the container may have closed it meanwhile. */
  isReused = false;
  /** When it last became idle, on the clock of `performance.now()`. */
  idleSinceMs = 0;
  readonly #socket: Socket;

  /** Starts to connect; `closed` is called once, when the socket is gone. */
  constructor(address: ContainerAddress, options: ClientConnectionOptions, closed: () => void) {
    const { host = '127.0.0.1', port = 8009, socketPath } = address;
    this.#socket = connect(socketPath === undefined ? { host, port } : { path: socketPath });
    const transport = new SocketTransport(this.#socket);
    this.connection = new ClientConnection(transport, options);
    transport.attach(this.connection);
    this.#socket.on('close', closed);
  }

  /** Waits for the connection to stand. */
  connected(timeoutMs: number, settled: Settled): void {
    const settle = this.#deadline('connecting', timeoutMs, settled);
    this.#socket.once('connect', () => settle(null));
    this.#socket.once('close', () => settle(new AjpError('AJP_ABORTED', 'closed while connecting')));
    this.#socket.once('error', (cause) =>
      settle(
        new AjpError('AJP_CONNECT_FAILED', `cannot connect: ${cause.message}`, { cause, retriable: true }),
      ),
    );
  }

  /** Asks with CPING whether anybody is there. */
  ping(timeoutMs: number, settled: Settled): void {
    this.connection.ping(this.#deadline('CPONG', timeoutMs, settled));
  }

  /** Calls `silent` when nothing has moved on the socket for so long; 0 stops watching. */
  watchSilence(timeoutMs: number, silent: () => void): void {
    this.#socket.removeAllListeners('timeout');
    this.#socket.setTimeout(timeoutMs);
    if (timeoutMs > 0) this.#socket.on('timeout', silent);
  }

  /** Keeps the process alive only while a request is under way. */
  setBusy(isBusy: boolean): void {
    if (isBusy) this.#socket.ref();
    else this.#socket.unref();
  }

  destroy(): void {
    this.connection.close();
    this.#socket.destroy();
  }

  /** Whatever settles first wins; on time out the socket is destroyed. */
  #deadline(what: string, timeoutMs: number, settled: Settled): Settled {
    let isSettled = false;
    const settle: Settled = (error) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      settled(error);
    };
    const timer = setTimeout(() => {
      settle(new AjpError('AJP_TIMEOUT', `${what} took more than ${timeoutMs} ms`, { retriable: true }));
      this.destroy();
    }, timeoutMs);
    return settle;
  }
}
