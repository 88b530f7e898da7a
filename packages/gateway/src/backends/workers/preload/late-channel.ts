// A channel of a worker that is going to open it: until then, what is done to it waits.

import type { Socket } from 'node:net';
import type { LaneSocket } from '../lane.ts';
import { destroyWhenRead } from '../last-words.ts';

/** Stands for a socket that has not come yet. */
export class LateChannel implements LaneSocket {
  #socket: Socket | null = null;
  #isEnded = false;

  /** Whether the socket has come. */
  get isOpen(): boolean {
    return this.#socket !== null;
  }

  get writableLength(): number {
    return this.#socket?.writableLength ?? 0;
  }

  /** Here it is. */
  open(socket: Socket): void {
    this.#socket = socket;
    if (this.#isEnded) socket.end();
  }

  /** Nothing is sent before the worker is ready, and by then every channel is open. */
  write(bytes: Buffer): boolean {
    return this.#socket?.write(bytes) ?? false;
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  cork(): void {
    this.#socket?.cork();
  }

  uncork(): void {
    this.#socket?.uncork();
  }

  /** Nothing more is sent, also if it opens only then. */
  end(): void {
    this.#isEnded = true;
    this.#socket?.end();
  }

  /** The process has ended: reads on to the end, whatever anybody says, and closes. */
  readOut(): void {
    if (this.#socket) destroyWhenRead(this.#socket);
  }

  destroy(): void {
    this.#socket?.destroy();
  }
}
