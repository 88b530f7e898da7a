// Turns the bytes of a control channel into events. Sans I/O.

import { Variables } from '../../exchange/variables.ts';
import { FrameCutter, type FrameLimits } from './frame-cutter.ts';
import { CONTROL_LIMIT, FRAME, TEXT_LIMIT, WireError } from './frames.ts';

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

const LIMITS: FrameLimits = {
  [FRAME.ready]: CONTROL_LIMIT,
  [FRAME.returned]: CONTROL_LIMIT,
  [FRAME.loadFailed]: TEXT_LIMIT,
};

/** Decodes one control channel. After it has thrown a WireError it must not be used any more. */
export class ControlDecoder {
  readonly #events: ControlEvents;
  readonly #frames: FrameCutter = new FrameCutter(LIMITS, (type, lane, payload) =>
    this.#dispatch(type, lane, payload),
  );

  constructor(events: ControlEvents) {
    this.#events = events;
  }

  /** Where in all that was received the present frame begins, in bytes: for messages about it. */
  get frameOffset(): number {
    return this.#frames.frameOffset;
  }

  /** Takes received bytes, in any split. Throws a WireError at the first frame that breaks the rules. */
  receive(chunk: Buffer): void {
    this.#frames.receive(chunk);
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
  return factsOf(parseBlock('READY', payload));
}

/** Reads a block of facts. Throws a WireError if it does not end where a value ends. */
export function parseBlock(frame: string, payload: Buffer): Variables {
  const isBlock = payload.length === 0 || payload.at(-1) === 0;
  if (!isBlock) throw new WireError(`${frame} with a block that does not end in NUL`);
  return new Variables(payload);
}

/** What a process says about itself. */
export function factsOf(facts: Variables): WorkerFacts {
  return { python: facts.get('python') ?? 'unknown', version: facts.get('worker') ?? 'unknown' };
}
