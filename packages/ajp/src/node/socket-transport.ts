// A Transport over a net.Socket. Owns the socket's listeners; knows nothing of packets.
import type { Socket } from 'node:net';
import type { Transport } from '../transport.ts';

/** The side of a connection that a socket drives: a `ServerConnection` or a `ClientConnection`. */
export interface SocketConnection {
  receive(chunk: Buffer): void;
  receiveEnd(cause?: unknown): void;
  drained(): void;
}

// After our last byte the peer may still be sending. Closing at once would reset the connection and could take
// the answer with it, so what comes is read and dropped for a short while.
const LINGER_MS = 2000;

// A peer that takes nothing of what it is sent last.
const STALLED_MS = 60_000;

/** Joins a socket and a connection. The socket belongs to the transport from then on. */
export class SocketTransport implements Transport {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
  }

  /** Passes the socket's events to the connection from now on. */
  attach(connection: SocketConnection): void {
    let cause: unknown;
    this.#socket
      .on('data', (chunk: Buffer) => connection.receive(chunk))
      .on('end', () => connection.receiveEnd())
      .on('drain', () => connection.drained())
      .on('error', (error) => (cause = error))
      .on('close', () => connection.receiveEnd(cause));
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.destroyed || this.#socket.write(bytes);
  }

  end(): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    // A slow peer is given everything, however long that takes.
    if (!socket.timeout) socket.setTimeout(STALLED_MS, () => socket.destroy());
    socket.once('finish', () => {
      const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
      socket.once('close', () => clearTimeout(timer));
    });
    socket.end();
    socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}
