// Stands between a socket and undici, and holds back what has been received while nobody takes it.
//
// Undici can pause too, but takes the end of a connection that comes in the meantime for the loss of a reply, or throws where
// nobody can catch it. Here the end waits behind the bytes before it.

import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

/** A socket whose reading can be held. It owns the socket: what ends one ends the other. */
export class PacedSocket extends Duplex {
  readonly #socket: Socket;
  #isHeld = false;
  #isWanted = true;
  #hasEnded = false;

  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    // Whoever has a request on it hears of it as well; without one nobody has to.
    this.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#isWanted = this.push(chunk);
      this.#pace();
    });
    socket.on('end', () => {
      this.#hasEnded = true;
      this.#pace();
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => {
      if (!this.#hasEnded) this.destroy();
    });
  }

  /** Nothing more is handed on, but what undici has not read yet. */
  hold(): void {
    this.#isHeld = true;
    this.#pace();
  }

  release(): void {
    this.#isHeld = false;
    this.#pace();
  }

  override _read(): void {
    this.#isWanted = true;
    this.#pace();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.cork();
    const last = chunks.pop();
    for (const { chunk } of chunks) this.#socket.write(chunk);
    if (last) this.#socket.write(last.chunk, done);
    this.#socket.uncork();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #pace(): void {
    if (this.#isHeld) this.#socket.pause();
    else if (this.#hasEnded) this.push(null);
    else if (this.#isWanted) this.#socket.resume();
    else this.#socket.pause();
  }
}
