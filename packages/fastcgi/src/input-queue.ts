// What came for a request whose reader is paused, charged to the connection it came on.
import type { InputGate } from './input-gate.ts';
import { HELD_PIECE_COST } from './limits.ts';

/** The end of a stream as it stands in a queue; content is never empty. */
export const STREAM_END: Buffer = Buffer.alloc(0);

/** Takes what leaves an {@link InputQueue}: content, or {@link STREAM_END}. */
export interface InputSink {
  deliver(piece: Buffer): void;
}

/** Passes pieces on in order while its reader runs, keeps them while it is paused. */
export class InputQueue {
  readonly #gate: InputGate;
  readonly #sink: InputSink;
  readonly #copy: ((piece: Buffer) => Buffer) | null;
  #held: Buffer[] = [];
  /** Pieces at the front of `#held` that are delivered already. */
  #taken = 0;
  #isPaused = false;
  #isDelivering = false;

  /** @param copy for everything that is kept, where what it is given changes afterwards; default null */
  constructor(gate: InputGate, sink: InputSink, copy: ((piece: Buffer) => Buffer) | null = null) {
    this.#gate = gate;
    this.#sink = sink;
    this.#copy = copy;
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** Delivers what is held until the reader pauses again, from within this call. */
  resume(): void {
    this.#isPaused = false;
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    while (!this.#isPaused) {
      const piece = this.#held[this.#taken];
      if (piece === undefined) {
        this.#held = [];
        this.#taken = 0;
        break;
      }
      this.#taken += 1;
      this.#gate.release(piece.length + HELD_PIECE_COST);
      this.#sink.deliver(piece);
    }
    this.#isDelivering = false;
  }

  /** Delivers or keeps one piece; `chunk` is what it was cut from. */
  push(piece: Buffer, chunk: Buffer): void {
    if (!this.#isPaused && this.#held.length === 0) {
      this.#sink.deliver(piece);
      return;
    }
    this.#held.push(this.#kept(piece, chunk));
    this.#gate.hold(piece.length + HELD_PIECE_COST);
  }

  #kept(piece: Buffer, chunk: Buffer): Buffer {
    if (this.#copy !== null) return piece.length === 0 ? STREAM_END : this.#copy(piece);
    // A small piece must not keep a large chunk alive that nobody charged for.
    return piece.length * 2 < chunk.length ? Buffer.from(piece) : piece;
  }

  /** Forgets what is held. */
  drop(): void {
    let cost = 0;
    for (let index = this.#taken; index < this.#held.length; index += 1) {
      cost += (this.#held[index]?.length ?? 0) + HELD_PIECE_COST;
    }
    this.#held = [];
    this.#taken = 0;
    if (cost > 0) this.#gate.release(cost);
  }
}
