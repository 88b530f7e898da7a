// Turns what a fork server says on its control channel into events. Sans I/O.

import { factsOf, parseBlock, type WorkerFacts } from '../control-decoder.ts';
import { FrameCutter, type FrameLimits } from '../frame-cutter.ts';
import { CONTROL_LIMIT, FRAME, TEXT_LIMIT, WireError } from '../frames.ts';
import type { Exit } from '../process.ts';
import { signalName } from './signal-name.ts';

/** What a fork server says about itself in LOADED. */
export interface ForkServerFacts extends WorkerFacts {
  readonly pid: number;
  /** Threads that were alive and are missing in its workers. */
  readonly threadsCount: number;
  /** The names of those that are Python's, for the log. */
  readonly threadNames: string;
}

/** What a fork server says (docs/reference/worker-wire.md sections 10 and 11). Tags are those of its FORK frames. */
export interface ForkEvents {
  loaded(facts: ForkServerFacts): void;
  loadFailed(traceback: string): void;
  forked(tag: number, pid: number): void;
  forkFailed(tag: number, reason: string): void;
  /** Both fields are null if nobody knows how it ended. */
  exited(tag: number, exit: Exit): void;
  /** It wants the gateway to end. */
  stop(): void;
}

const PID_BYTES = 4;
const EXIT_BYTES = 2;

const LIMITS: FrameLimits = {
  [FRAME.loaded]: CONTROL_LIMIT,
  [FRAME.loadFailed]: TEXT_LIMIT,
  [FRAME.forked]: PID_BYTES,
  [FRAME.forkFailed]: TEXT_LIMIT,
  [FRAME.exited]: EXIT_BYTES,
  [FRAME.stop]: 0,
};

/** Decodes the control channel of one fork server. After it has thrown a WireError it must not be used any more. */
export class ForkDecoder {
  readonly #events: ForkEvents;
  readonly #frames: FrameCutter = new FrameCutter(LIMITS, (type, tag, payload) =>
    this.#dispatch(type, tag, payload),
  );

  constructor(events: ForkEvents) {
    this.#events = events;
  }

  /** Takes received bytes, in any split. Throws a WireError at the first frame that breaks the rules. */
  receive(chunk: Buffer): void {
    this.#frames.receive(chunk);
  }

  #dispatch(type: number, tag: number, payload: Buffer): void {
    switch (type) {
      case FRAME.loaded:
        return this.#events.loaded(parseLoaded(payload));
      case FRAME.loadFailed:
        return this.#events.loadFailed(payload.toString('utf8'));
      case FRAME.forked:
        return this.#events.forked(tag, parsePid(payload));
      case FRAME.forkFailed:
        return this.#events.forkFailed(tag, payload.toString('utf8'));
      case FRAME.stop:
        return this.#events.stop();
      default:
        return this.#events.exited(tag, parseExit(payload));
    }
  }
}

function parseLoaded(payload: Buffer): ForkServerFacts {
  const block = parseBlock('LOADED', payload);
  const pid = Number(block.get('pid') ?? 0);
  const count = Number(block.get('threads') ?? 0);
  return {
    ...factsOf(block),
    pid: Number.isSafeInteger(pid) ? pid : 0,
    threadsCount: Number.isSafeInteger(count) ? count : 0,
    threadNames: block.get('thread_names') ?? '',
  };
}

/** What kill(2) takes for a single process: 0 and below would be whole groups, and 1 is nobody's worker. */
function parsePid(payload: Buffer): number {
  const pid = payload.length === PID_BYTES ? payload.readInt32BE() : 0;
  if (pid < 2) throw new WireError('FORKED without a process id');
  return pid;
}

function parseExit(payload: Buffer): Exit {
  if (payload.length === 0) return { code: null, signal: null };
  if (payload.length !== EXIT_BYTES) throw new WireError(`EXITED with ${payload.length} bytes`);
  const signal = payload.readUInt8(1);
  return signal === 0
    ? { code: payload.readUInt8(0), signal: null }
    : { code: null, signal: signalName(signal) };
}
