// Lets a sans-I/O connection of a protocol package write to a socket.

import type { Transport } from '@sluice/fastcgi';
import type { Socket } from 'node:net';

/** How long a peer may take to close its end after ours is closed. Closing with unread input would reset it. */
const LINGER_MS = 5_000;

/** Closes a socket so that its peer can tell that something is missing. Unix sockets know no reset: a close is all. */
export function reset(socket: Socket): void {
  if (socket.remoteFamily) socket.resetAndDestroy();
  else socket.destroy();
}

/** A transport over a socket. Whoever makes it feeds the connection from the socket's events. */
export class SocketTransport implements Transport {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes);
  }

  end(): void {
    this.#socket.end();
    this.#socket.setTimeout(LINGER_MS, () => this.#socket.destroy());
  }

  destroy(): void {
    reset(this.#socket);
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
