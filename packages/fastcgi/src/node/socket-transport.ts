// A socket as the core's transport: the only file that knows how bytes, back-pressure and endings map to `net.Socket`.
import type { Socket } from 'node:net';
import type { Transport } from '../transport.ts';

/** The side of a connection object that a socket drives. */
export interface SocketConnection {
  receive(chunk: Buffer): void;
  receiveEnd(cause?: unknown): void;
  drained(): void;
}

/** How long the peer has to close after it was sent everything, in milliseconds. */
export const LINGER_TIMEOUT_MS = 10_000;

/** How long the peer may take nothing of what it is sent last, in milliseconds. */
const STALLED_TIMEOUT_MS = 60_000;

/** Sends over a socket that was made with `allowHalfOpen`. */
export class SocketTransport implements Transport {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Passes the socket's events to the connection from now on. */
  attach(connection: SocketConnection): void {
    this.attachEvents(connection);
    this.#socket.on('data', (chunk: Buffer) => connection.receive(chunk));
  }

  /** Passes on everything but what is received. */
  protected attachEvents(connection: SocketConnection): void {
    const socket = this.#socket;
    let failure: unknown;
    socket.on('drain', () => connection.drained());
    socket.on('end', () => connection.receiveEnd());
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => connection.receiveEnd(failure));
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.destroyed || this.#socket.write(bytes);
  }

  end(): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    // A slow peer is given everything, however long that takes.
    if (!socket.timeout) socket.setTimeout(STALLED_TIMEOUT_MS, () => socket.destroy());
    socket.once('finish', () => {
      const deadline = setTimeout(() => socket.destroy(), LINGER_TIMEOUT_MS);
      deadline.unref();
      socket.once('close', () => clearTimeout(deadline));
    });
    socket.end();
  }

  destroy(): void {
    const socket = this.#socket;
    // A reset tells the peer that the answer is cut; Unix sockets have none.
    if (socket.remoteAddress === undefined) socket.destroy();
    else socket.resetAndDestroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }
}
