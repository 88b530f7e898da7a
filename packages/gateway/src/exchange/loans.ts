// Remembers what a socket has been given to send of blocks, and gives it back when the socket has sent it.

import { Block, giveBack } from './blocks.ts';

/** A socket, as far as it tells what it has sent. */
export interface SendingSocket {
  readonly destroyed?: boolean;
  /** Bytes that it was given and has not sent. */
  readonly writableLength?: number;
}

/** The lent bytes among all that one socket has to send. */
export class Loans {
  #unsent: Uint8Array[] = [];

  /** The socket has been given these bytes. */
  add(bytes: Uint8Array): void {
    if (Block.of(bytes)) this.#unsent.push(bytes);
  }

  addAll(pieces: readonly Uint8Array[]): void {
    for (const bytes of pieces) this.add(bytes);
  }

  /** Gives everything back if all of it has been sent; to be called whenever that may be. */
  settle(socket: SendingSocket): void {
    // What a destroyed socket had to send may still be with the system.
    if (this.#unsent.length === 0 || socket.writableLength !== 0 || socket.destroyed) return;
    const sent = this.#unsent;
    this.#unsent = [];
    for (const bytes of sent) giveBack(bytes);
  }
}
