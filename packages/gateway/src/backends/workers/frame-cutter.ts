// Cuts the bytes of a channel into whole frames: for channels whose frames are small. Sans I/O.

import { ByteQueue } from './byte-queue.ts';
import { HEADER_BYTES, WireError } from './frames.ts';

/** The largest payload, in bytes, of each type that may come; none of them has flags. */
export type FrameLimits = Readonly<Record<number, number>>;

/** Calls `onFrame` for each frame. After it has thrown a WireError it must not be used any more. */
export class FrameCutter {
  readonly #limits: FrameLimits;
  readonly #onFrame: (type: number, tag: number, payload: Buffer) => void;
  readonly #queue = new ByteQueue();
  /** Where in all that was received the present frame begins, in bytes: for messages about it. */
  frameOffset = 0;

  constructor(limits: FrameLimits, onFrame: (type: number, tag: number, payload: Buffer) => void) {
    this.#limits = limits;
    this.#onFrame = onFrame;
  }

  /** Takes received bytes, in any split. Throws a WireError at the first frame that breaks the rules. */
  receive(chunk: Buffer): void {
    this.#queue.push(chunk);
    while (this.#frame());
  }

  /** Returns whether another frame may follow with the bytes at hand. */
  #frame(): boolean {
    const queue = this.#queue;
    if (!queue.has(HEADER_BYTES)) return false;
    this.frameOffset = queue.takenBytes;
    const length = queue.uint32(0);
    const type = queue.uint8(4);
    const tag = queue.uint16(6);
    const limit = this.#limits[type];
    if (limit === undefined) throw new WireError(`frame of type ${type} does not belong here`);
    if (queue.uint8(5) !== 0) throw new WireError(`flags on a frame of type ${type}`);
    if (length > limit) {
      throw new WireError(`frame of type ${type} with ${length} bytes, ${limit} are allowed`);
    }
    if (!queue.has(HEADER_BYTES + length)) return false;
    queue.skip(HEADER_BYTES);
    this.#onFrame(type, tag, queue.take(length));
    return true;
  }
}
