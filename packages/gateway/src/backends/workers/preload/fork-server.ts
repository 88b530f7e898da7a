// Owns one fork server in the eyes of the gateway: its process, the workers it is asked for, and what its death means for them.
//
//   loading ──LOADED──▶ loaded ──release──▶ released ──last worker ended──▶ ended
//      └──LOAD_FAILED, death──────────────────────────────────────────────────▲

import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import { plainExit } from '../cause-of-death.ts';
import { encodeFrame, FRAME, TOKEN_BYTES, WireError } from '../frames.ts';
import { LineSplitter } from '../lines.ts';
import { commandWords, type Exit, type ProcessEvents, type WorkerCommand } from '../process.ts';
import { ForkDecoder, type ForkEvents, type ForkServerFacts } from './fork-decoder.ts';
import { ForkedProcess, type ForkOwner } from './forked-process.ts';
import { Meeting } from './meeting.ts';

/** What a fork server tells. */
export interface ForkServerEvents {
  /** The application has been imported. */
  loaded(server: ForkServer, facts: ForkServerFacts): void;
  outputLine(server: ForkServer, line: string): void;
  /** The last event. The reason is for the log; null if it was asked to end, or has said why by LOAD_FAILED. */
  ended(server: ForkServer, reason: string | null): void;
}

const CONTROL_FD = 3;
const TAG_LIMIT = 0x10000;
/** After it has ended, how long what it wrote may take to be read. */
const CLOSE_WITHIN_MS = 1_000;
const NOTHING = Buffer.alloc(0);

/** One process that imports the application and forks. */
export class ForkServer implements ForkOwner, ForkEvents {
  /** When the application had been imported, by `performance.now()`; null before. */
  loadedAtMs: number | null = null;
  readonly startedMs: number = performance.now();
  readonly #threads: number;
  readonly #events: ForkServerEvents;
  readonly #meeting: Meeting;
  readonly #child: ChildProcess;
  readonly #control: Socket | null;
  readonly #decoder: ForkDecoder = new ForkDecoder(this);
  /** Asked for before the application was imported. */
  #waiting: ForkedProcess[] = [];
  readonly #forked = new Map<number, ForkedProcess>();
  readonly #tokens = new Map<string, ForkedProcess>();
  #nextTag = 0;
  #isLoadFailed = false;
  #isReleased = false;
  #isEnded = false;
  #killedFor: string | null = null;

  /** Throws if there is no place for its socket. */
  constructor(command: WorkerCommand, events: ForkServerEvents) {
    this.#threads = command.threads;
    this.#events = events;
    this.#meeting = new Meeting(
      (token, number, socket, rest) => this.#tokens.get(token)?.take(number, socket, rest) ?? false,
      (error) => this.kill(`has no socket for its workers: ${error.message}`),
    );
    const words = [
      `control=${CONTROL_FD}`,
      `threads=${command.threads}`,
      `meeting=${this.#meeting.path}`,
      ...commandWords(command),
    ];
    try {
      this.#child = spawn(
        command.python,
        [`${command.packageDirectory}sluice/__main__.py`, 'preload', ...words],
        {
          detached: true,
          env: command.environment,
          stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        },
      );
    } catch (error) {
      this.#meeting.close();
      throw error;
    }
    const control: unknown = (this.#child.stdio as ChildProcess['stdio'] | undefined)?.[CONTROL_FD];
    this.#control = control instanceof Socket ? control : null;
    this.#listen();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** A worker, as soon as there can be one. Only as long as it has not ended or been released. */
  fork(events: ProcessEvents): ForkedProcess {
    const forked = new ForkedProcess(this.#threads, events, this);
    if (this.loadedAtMs === null) this.#waiting.push(forked);
    else this.#ask(forked);
    return forked;
  }

  /** Forks no more, and ends when the last of its workers has ended. */
  release(): void {
    if (this.#isReleased || this.#isEnded) return;
    this.#isReleased = true;
    if (this.loadedAtMs === null) this.kill('is not needed any more');
    else this.#control?.write(encodeFrame(FRAME.release, 0, 0, NOTHING));
  }

  /** Ends it now. Its workers go on. */
  kill(reason: string): void {
    this.#killedFor ??= reason;
    this.#child.kill('SIGKILL');
  }

  abandon(forked: ForkedProcess, isGentle: boolean): void {
    if (!this.#waiting.includes(forked)) return;
    if (!isGentle) return this.kill('was killed while it imported the application');
    this.#waiting = this.#waiting.filter((each) => each !== forked);
    process.nextTick(() => forked.failed({ code: 0, signal: null }, null));
  }

  loaded(facts: ForkServerFacts): void {
    if (this.loadedAtMs !== null) throw new WireError('LOADED twice');
    this.loadedAtMs = performance.now();
    this.#events.loaded(this, facts);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const forked of waiting) this.#ask(forked);
  }

  loadFailed(traceback: string): void {
    this.#isLoadFailed = true;
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

  #ask(forked: ForkedProcess): void {
    const tag = this.#freeTag();
    const token = randomBytes(TOKEN_BYTES / 2).toString('hex');
    forked.isAsked = true;
    this.#forked.set(tag, forked);
    this.#tokens.set(token, forked);
    this.#control?.write(encodeFrame(FRAME.fork, 0, tag, Buffer.from(token, 'latin1')));
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

  #listen(): void {
    this.#control?.on('error', () => {
      // A write to a process that has just died fails; its end is what counts.
    });
    this.#control?.on('data', (chunk: Buffer) => this.#receive(chunk));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      const lines = new LineSplitter((line) => this.#events.outputLine(this, line));
      stream?.on('data', (chunk: Buffer) => lines.receive(chunk));
      stream?.on('end', () => lines.end());
    }
    this.#child.once('error', (error) => {
      if (this.#child.pid === undefined) this.#end({ code: null, signal: null }, error);
    });
    this.#child.once('exit', (code, signal) => {
      // What it started itself may keep these open; what it has said before its end has been read by then.
      for (const stream of [this.#control, this.#child.stdout, this.#child.stderr]) {
        setTimeout(() => stream?.destroy(), CLOSE_WITHIN_MS).unref();
      }
      this.#child.once('close', () => this.#end({ code, signal }, null));
    });
  }

  #receive(chunk: Buffer): void {
    if (this.#killedFor !== null) return;
    try {
      this.#decoder.receive(chunk);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.kill(`broke the worker wire: ${error.message}`);
    }
  }

  #end(exit: Exit, error: Error | null): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#meeting.close();
    const wasExpected = this.#isReleased || this.#isLoadFailed;
    const why = this.#killedFor ?? (error ? `could not be started: ${error.message}` : plainExit(exit));
    this.#events.ended(this, wasExpected ? null : why);
    const cause =
      error ?? (this.#killedFor === null ? null : new Error(`the fork server ${this.#killedFor}`));
    for (const forked of this.#waiting) forked.failed(exit, cause);
    for (const forked of this.#forked.values()) forked.orphaned();
    this.#waiting = [];
    this.#forked.clear();
    this.#tokens.clear();
  }
}
