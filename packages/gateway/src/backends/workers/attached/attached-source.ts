// Owns the channel to a process that has started this gateway and runs the application itself: its workers are threads of
// that process, or forked from it (docs/reference/worker-wire.md section 11).

import type { Socket } from 'node:net';
import { encodeFrame, FRAME } from '../frames.ts';
import type { ForkServerFacts } from '../preload/fork-decoder.ts';
import type { ForkedProcess } from '../preload/forked-process.ts';
import { Forks, type ForksOwner } from '../preload/forks.ts';
import { startOrFail, type Exit, type ProcessEvents, type ProcessHandle } from '../process.ts';
import type { PreloadStatus, WorkerSource } from '../worker-source.ts';

/** What that process wants of the whole gateway. */
export interface AttachmentEvents {
  /** The gateway is to finish what it has, and end. */
  stop(): void;
  /** The process has gone, or is not understood: nobody is left to serve, and nobody waits for the gateway. */
  gone(reason: string): void;
}

/** How long its process may take to close the channel when nothing is wanted of it any more. */
const CLOSE_WITHIN_MS = 2_000;
const UNKNOWN: Exit = { code: null, signal: null };

/** Gets workers from the process at the other end of an inherited socket. */
export class AttachedSource implements WorkerSource, ForksOwner {
  readonly control: Socket;
  readonly #forks: Forks;
  readonly #events: AttachmentEvents;
  #pid: number | undefined;
  #isReleased = false;
  #isEnded = false;
  #onEnded: (() => void) | null = null;

  /**
   * Throws if there is no place for the channels of workers.
   *
   * @param control the channel to that process
   * @param threads of each worker
   */
  constructor(control: Socket, threads: number, events: AttachmentEvents) {
    this.#events = events;
    this.control = control;
    this.#forks = new Forks(threads, this);
    this.control.on('data', (chunk: Buffer) => this.#forks.receive(chunk));
    this.control.on('error', () => {
      // It has died with something unread; its end is what counts.
    });
    this.control.once('close', () => this.#end('has gone'));
  }

  get pid(): number | undefined {
    return this.#pid;
  }

  start(_generation: number, events: ProcessEvents): ProcessHandle {
    return startOrFail(events, () => {
      if (this.#isEnded) throw new Error('the process that runs the application has gone');
      return this.#forks.fork(events);
    });
  }

  /** Every load of the code is the one that the process has. */
  keepOnly(): void {}

  close(): Promise<void> {
    if (this.#isEnded) return Promise.resolve();
    if (!this.#isReleased) {
      this.#isReleased = true;
      this.#forks.release();
    }
    const deadline = setTimeout(() => this.control.destroy(), CLOSE_WITHIN_MS);
    return new Promise((resolve) => {
      this.#onEnded = (): void => {
        clearTimeout(deadline);
        resolve();
      };
    });
  }

  preload(): PreloadStatus | null {
    return this.#pid === undefined || this.#isEnded ? null : { pid: this.#pid, isLoaded: true };
  }

  abandon(forked: ForkedProcess): void {
    this.#forks.cancel(forked);
  }

  loaded({ pid }: ForkServerFacts): void {
    this.#pid = pid;
    const path = Buffer.from(this.#forks.meetingPath);
    this.control.write(encodeFrame(FRAME.meeting, 0, 0, path));
  }

  loadFailed(): void {
    // It ends by itself, and says so.
  }

  stop(): void {
    this.#events.stop();
  }

  failed(reason: string): void {
    this.#end(reason);
    this.control.destroy();
  }

  #end(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#forks.end(UNKNOWN, new Error('the process that runs the application has gone'));
    this.#onEnded?.();
    if (!this.#isReleased) this.#events.gone(reason);
  }
}
