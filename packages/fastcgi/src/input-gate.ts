// Decides when a connection stops reading: too much held for paused requests, or a peer that does not read our answers.
import type { Transport } from './transport.ts';

/** Keeps one transport paused while at least one reason stands. */
export class InputGate {
  readonly #transport: Transport;
  readonly #heldMax: number;
  #heldBytes = 0;
  #isOutputStuck = false;
  #isPaused = false;

  /** Pauses above `heldMax` bytes held. */
  constructor(transport: Transport, heldMax: number) {
    this.#transport = transport;
    this.#heldMax = heldMax;
  }

  /** Charges for a piece held for a paused request. */
  hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.#update();
  }

  /** Gives back what `hold` charged. */
  release(bytes: number): void {
    this.#heldBytes -= bytes;
    this.#update();
  }

  /** Says that more input would only make more output that the peer does not take. */
  setOutputStuck(isStuck: boolean): void {
    this.#isOutputStuck = isStuck;
    this.#update();
  }

  #update(): void {
    const isPaused = this.#isOutputStuck || this.#heldBytes > this.#heldMax;
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) this.#transport.pause();
    else this.#transport.resume();
  }
}
