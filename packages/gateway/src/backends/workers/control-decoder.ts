// Turns the bytes of a control channel into events. Sans I/O.

import { Variables } from '../../exchange/variables.ts';
import { ByteQueue } from './byte-queue.ts';
import { CONTROL_LIMIT, FRAME, HEADER_BYTES, TEXT_LIMIT, WireError } from './frames.ts';

/** What a worker says about itself in READY. */
export interface WorkerFacts {
  readonly python: string;
  /** Version of the worker package. */
  readonly version: string;
}

/** What a worker says on its control channel (docs/reference/worker-wire.md section 6). */
export interface ControlEvents {
  ready(facts: WorkerFacts): void;
  loadFailed(traceback: string): void;
  /** The requests a lane has given back, oldest first; the answer to one RECALL. */
  returned(lane: number, tags: readonly number[]): void;
}

const LIMITS: Readonly<Record<number, number>> = {
  [FRAME.ready]: CONTROL_LIMIT,
  [FRAME.returned]: CONTROL_LIMIT,
  [FRAME.loadFailed]: TEXT_LIMIT,
};

/** Decodes one control channel. After it has thrown a WireError it must not be used any more. */
export class ControlDecoder {
  readonly #events: ControlEvents;
  readonly #queue = new ByteQueue();
  /** Where in all that was received the present frame begins, in bytes: for messages about it. */
  frameOffset = 0;

  constructor(events: ControlEvents) {
    this.#events = events;
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
    const lane = queue.uint16(6);
    const limit = LIMITS[type];
    if (limit === undefined) throw new WireError(`frame of type ${type} on a control channel`);
    if (queue.uint8(5) !== 0) throw new WireError(`flags on a control frame of type ${type}`);
    if (length > limit)
      throw new WireError(`frame of type ${type} with ${length} bytes, ${limit} are allowed`);
    if (!queue.has(HEADER_BYTES + length)) return false;
    queue.skip(HEADER_BYTES);
    this.#dispatch(type, lane, queue.take(length));
    return true;
  }

  #dispatch(type: number, lane: number, payload: Buffer): void {
    if (type === FRAME.ready) return this.#events.ready(parseReady(payload));
    if (type === FRAME.loadFailed) return this.#events.loadFailed(payload.toString('utf8'));
    if (payload.length % 2 !== 0)
      throw new WireError(`RETURNED with ${payload.length} bytes, not whole tags`);
    const tags: number[] = [];
    for (let at = 0; at < payload.length; at += 2) tags.push(payload.readUInt16BE(at));
    this.#events.returned(lane, tags);
  }
}

function parseReady(payload: Buffer): WorkerFacts {
  const isBlock = payload.length === 0 || payload.at(-1) === 0;
  if (!isBlock) throw new WireError('READY with a block that does not end in NUL');
  const facts = new Variables(payload);
  return { python: facts.get('python') ?? 'unknown', version: facts.get('worker') ?? 'unknown' };
}
