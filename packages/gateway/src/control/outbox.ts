// Owns what has not been sent yet of lines that come whether their reader is ready or not. Nobody waits for the reader:
// beyond a limit lines are counted instead of kept, and the count is told when there is room.

import { formatEvent } from './trace-event.ts';

/** What may wait for one reader, in characters; what is being sent counts too. */
export const UNSENT_MAX: number = 1024 * 1024;

/** Sends lines about so many requests. Resolves when they are gone, also if they never arrive. */
export type SendLines = (lines: string, count: number) => Promise<void>;

/** The lines for one reader. */
export class Outbox {
  readonly #send: SendLines;
  #lines = '';
  /** How many requests the lines are about, those included that they only count. */
  #count = 0;
  #missed = 0;
  #sendingLength = 0;
  #sending: Promise<void> | null = null;

  constructor(send: SendLines) {
    this.#send = send;
  }

  /** Takes lines about so many requests, which are made only if there is room. */
  add(count: number, makeLines: () => string): void {
    if (this.#lines.length + this.#sendingLength >= UNSENT_MAX) {
      this.#missed += count;
      return;
    }
    this.#lines += makeLines();
    this.#count += count;
    this.#sending ??= this.#sendAll();
  }

  /** Resolves when everything is sent. */
  async sent(): Promise<void> {
    await this.#sending;
  }

  /** Takes out what is not being sent yet. */
  takeRest(): string {
    return this.#take().lines;
  }

  /** What comes in one round of the event loop leaves together, and so does what comes while that is being sent. */
  async #sendAll(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#lines !== '' || this.#missed > 0) {
      const { lines, count } = this.#take();
      this.#sendingLength = lines.length;
      await this.#send(lines, count);
      this.#sendingLength = 0;
    }
    this.#sending = null;
  }

  #take(): { readonly lines: string; readonly count: number } {
    const missed = this.#missed;
    const lines = missed === 0 ? this.#lines : this.#lines + formatEvent({ missed });
    const count = this.#count + missed;
    this.#lines = '';
    this.#count = 0;
    this.#missed = 0;
    return { lines, count };
  }
}
