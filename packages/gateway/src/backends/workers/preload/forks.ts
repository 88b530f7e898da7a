// Owns the workers that a process has been asked to fork: their tags and tokens, the place where they open their channels,
// and what the control channel of that process says of them.

import { randomBytes } from 'node:crypto';
import { encodeFrame, FRAME, TOKEN_BYTES, WireError } from '../frames.ts';
import type { Exit, ProcessEvents } from '../process.ts';
import { ForkDecoder, type ForkEvents, type ForkServerFacts } from './fork-decoder.ts';
import { ForkedProcess, type ForkOwner } from './forked-process.ts';
import { Meeting } from './meeting.ts';

/** What workers are forked from, as far as its workers depend on it. */
export interface ForksOwner extends ForkOwner {
  /** The control channel, from the gateway's side. */
  readonly control: { write(bytes: Buffer): unknown } | null;
  /** The application has been imported, and workers can be forked. */
  loaded(facts: ForkServerFacts): void;
  /** The application cannot be imported; the process is about to end. */
  loadFailed(): void;
  /** It wants the gateway to end. Throws a WireError if it has no say in that. */
  stop(): void;
  /** Nothing more can come of it, for the reason given: it is to be ended. */
  failed(reason: string): void;
}

const TAG_LIMIT = 0x10000;
const NOTHING = Buffer.alloc(0);

/** The workers of one such process. */
export class Forks implements ForkEvents {
  readonly #threads: number;
  readonly #owner: ForksOwner;
  readonly #meeting: Meeting;
  readonly #decoder: ForkDecoder = new ForkDecoder(this);
  /** Asked for before the application was imported. */
  #waiting: ForkedProcess[] = [];
  readonly #forked = new Map<number, ForkedProcess>();
  readonly #tokens = new Map<string, ForkedProcess>();
  #nextTag = 0;
  #isLoaded = false;
  #isBroken = false;

  /** Throws if there is no place for the socket. */
  constructor(threads: number, owner: ForksOwner) {
    this.#threads = threads;
    this.#owner = owner;
    this.#meeting = new Meeting(
      (token, number, socket, rest) => this.#tokens.get(token)?.take(number, socket, rest) ?? false,
      (error) => owner.failed(`has no socket for its workers: ${error.message}`),
    );
  }

  /** Where workers open their channels. */
  get meetingPath(): string {
    return this.#meeting.path;
  }

  /** Takes what has come on the control channel. */
  receive(chunk: Buffer): void {
    if (this.#isBroken) return;
    try {
      this.#decoder.receive(chunk);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#isBroken = true;
      this.#owner.failed(`broke the worker wire: ${error.message}`);
    }
  }

  /** A worker, as soon as there can be one. Not after `end`. */
  fork(events: ProcessEvents): ForkedProcess {
    const forked = new ForkedProcess(this.#threads, events, this.#owner);
    if (this.#isLoaded) this.#ask(forked);
    else this.#waiting.push(forked);
    return forked;
  }

  /** Takes back what has not been asked for yet; false if this one has. */
  cancel(forked: ForkedProcess): boolean {
    if (!this.#waiting.includes(forked)) return false;
    this.#waiting = this.#waiting.filter((each) => each !== forked);
    process.nextTick(() => forked.failed({ code: 0, signal: null }, null));
    return true;
  }

  /** Whether it has been asked for, and the process has not been able to fork yet. */
  isWaiting(forked: ForkedProcess): boolean {
    return this.#waiting.includes(forked);
  }

  /** The process has ended. Workers that serve go on; others never will. */
  end(exit: Exit, cause: Error | null): void {
    this.#meeting.close();
    for (const forked of this.#waiting) forked.failed(exit, cause);
    for (const forked of this.#forked.values()) forked.orphaned();
    this.#waiting = [];
    this.#forked.clear();
    this.#tokens.clear();
  }

  loaded(facts: ForkServerFacts): void {
    if (this.#isLoaded) throw new WireError('LOADED twice');
    this.#isLoaded = true;
    this.#owner.loaded(facts);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const forked of waiting) this.#ask(forked);
  }

  loadFailed(traceback: string): void {
    this.#owner.loadFailed();
    const frame = encodeFrame(FRAME.loadFailed, 0, 0, Buffer.from(traceback));
    for (const forked of this.#waiting) forked.tellLoadFailed(frame);
  }

  forked(tag: number, pid: number): void {
    this.#expect(tag).forked(pid);
  }

  forkFailed(tag: number, reason: string): void {
    const forked = this.#expect(tag);
    this.#forget(tag, forked);
    forked.failed({ code: null, signal: null }, new Error(reason));
  }

  exited(tag: number, exit: Exit): void {
    const forked = this.#expect(tag);
    this.#forget(tag, forked);
    forked.exited(exit);
  }

  stop(): void {
    this.#owner.stop();
  }

  /** Has the process fork no more. Only when it is loaded. */
  release(): void {
    this.#owner.control?.write(encodeFrame(FRAME.release, 0, 0, NOTHING));
  }

  #ask(forked: ForkedProcess): void {
    const tag = this.#freeTag();
    const token = randomBytes(TOKEN_BYTES / 2).toString('hex');
    forked.isAsked = true;
    this.#forked.set(tag, forked);
    this.#tokens.set(token, forked);
    this.#owner.control?.write(encodeFrame(FRAME.fork, 0, tag, Buffer.from(token, 'latin1')));
  }

  #freeTag(): number {
    do this.#nextTag = (this.#nextTag + 1) % TAG_LIMIT;
    while (this.#forked.has(this.#nextTag));
    return this.#nextTag;
  }

  #expect(tag: number): ForkedProcess {
    const forked = this.#forked.get(tag);
    if (!forked) throw new WireError(`worker ${tag}, which has not been asked for`);
    return forked;
  }

  #forget(tag: number, forked: ForkedProcess): void {
    this.#forked.delete(tag);
    for (const [token, owner] of this.#tokens) if (owner === forked) this.#tokens.delete(token);
  }
}
