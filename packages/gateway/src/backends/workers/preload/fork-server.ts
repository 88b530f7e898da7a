// Owns one fork server in the eyes of the gateway: its process, and what its death means for the workers forked from it.
//
//   loading ──LOADED──▶ loaded ──release──▶ released ──last worker ended──▶ ended
//      └──LOAD_FAILED, death──────────────────────────────────────────────────▲

import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { plainExit } from '../cause-of-death.ts';
import { WireError } from '../frames.ts';
import { LineSplitter } from '../lines.ts';
import { commandWords, type Exit, type ProcessEvents, type WorkerCommand } from '../process.ts';
import type { ForkServerFacts } from './fork-decoder.ts';
import type { ForkedProcess } from './forked-process.ts';
import { Forks, type ForksOwner } from './forks.ts';
import { startFailure } from '../start-failure.ts';

/** What a fork server tells. */
export interface ForkServerEvents {
  /** The application has been imported. */
  loaded(server: ForkServer, facts: ForkServerFacts): void;
  outputLine(server: ForkServer, line: string): void;
  /** The last event. The reason is for the log; null if it was asked to end, or has said why by LOAD_FAILED. */
  ended(server: ForkServer, reason: string | null): void;
}

const CONTROL_FD = 3;
/** After it has ended, how long what it wrote may take to be read. */
const CLOSE_WITHIN_MS = 1_000;

/** One process that imports the application and forks. */
export class ForkServer implements ForksOwner {
  /** When the application had been imported, by `performance.now()`; null before. */
  loadedAtMs: number | null = null;
  readonly startedMs: number = performance.now();
  readonly control: Socket | null;
  readonly #events: ForkServerEvents;
  readonly #forks: Forks;
  readonly #child: ChildProcess;
  #isLoadFailed = false;
  #isReleased = false;
  #isEnded = false;
  #killedFor: string | null = null;

  /** Throws if there is no place for its socket. */
  constructor(command: WorkerCommand, events: ForkServerEvents) {
    this.#events = events;
    this.#forks = new Forks(command.threads, this);
    const words = [
      `control=${CONTROL_FD}`,
      `threads=${command.threads}`,
      `meeting=${this.#forks.meetingPath}`,
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
      this.#forks.end({ code: null, signal: null }, null);
      throw error;
    }
    const control: unknown = (this.#child.stdio as ChildProcess['stdio'] | undefined)?.[CONTROL_FD];
    this.control = control instanceof Socket ? control : null;
    this.#listen();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** A worker, as soon as there can be one. Only as long as it has not ended or been released. */
  fork(events: ProcessEvents): ForkedProcess {
    return this.#forks.fork(events);
  }

  /** Forks no more, and ends when the last of its workers has ended. */
  release(): void {
    if (this.#isReleased || this.#isEnded) return;
    this.#isReleased = true;
    if (this.loadedAtMs === null) this.kill('is not needed any more');
    else this.#forks.release();
  }

  /** Ends it now. Its workers go on. */
  kill(reason: string): void {
    this.#killedFor ??= reason;
    this.#child.kill('SIGKILL');
  }

  abandon(forked: ForkedProcess, isGentle: boolean): void {
    if (isGentle) this.#forks.cancel(forked);
    else if (this.#forks.isWaiting(forked)) this.kill('was killed while it imported the application');
  }

  loaded(facts: ForkServerFacts): void {
    this.loadedAtMs = performance.now();
    this.#events.loaded(this, facts);
  }

  loadFailed(): void {
    this.#isLoadFailed = true;
  }

  stop(): void {
    throw new WireError('STOP, which only an application that has been attached may say');
  }

  failed(reason: string): void {
    this.kill(reason);
  }

  #listen(): void {
    this.control?.on('error', () => {
      // A write to a process that has just died fails; its end is what counts.
    });
    this.control?.on('data', (chunk: Buffer) => {
      if (this.#killedFor === null) this.#forks.receive(chunk);
    });
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
      for (const stream of [this.control, this.#child.stdout, this.#child.stderr]) {
        setTimeout(() => stream?.destroy(), CLOSE_WITHIN_MS).unref();
      }
      this.#child.once('close', () => this.#end({ code, signal }, null));
    });
  }

  #end(exit: Exit, error: Error | null): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const wasExpected = this.#isReleased || this.#isLoadFailed;
    const why = this.#killedFor ?? (error ? startFailure(error) : plainExit(exit));
    this.#events.ended(this, wasExpected ? null : why);
    const killed = this.#killedFor === null ? null : new Error(`the fork server ${this.#killedFor}`);
    this.#forks.end(exit, error ?? killed);
  }
}
