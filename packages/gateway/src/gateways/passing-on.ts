// Passes connections on, in one of several gateways, that another one should have: between the listeners and the channel.

import type { Diversion } from '../compose/fronts.ts';
import type { Handle } from '../sockets/native.ts';
import { Overflow } from './overflow.ts';

/** The way to the process that knows all gateways. */
export interface PassingOnChannel {
  readonly report: (connectionsCount: number) => void;
  /** Passes a connection on, and closes it here. */
  readonly pass: (listener: number, handle: Handle) => void;
}

/** Of reports of how many connections there are: many change at once. */
const REPORT_EVERY_MS = 5;

/** What stands at the listeners of a gateway. */
export class PassingOn implements Diversion {
  readonly #channel: PassingOnChannel;
  readonly #overflow = new Overflow();
  readonly #entrances = new Map<number, (handle: Handle) => void>();
  #reportedCount = 0;
  #timer: NodeJS.Timeout | null = null;
  #isOver = false;

  constructor(channel: PassingOnChannel) {
    this.#channel = channel;
  }

  /** From so many connections on, further ones are passed on. */
  set limit(connectionsCount: number) {
    this.#overflow.limit = connectionsCount;
  }

  takes(listener: number, handle: Handle): boolean {
    if (this.#isOver || !this.#overflow.shouldPassOn) return false;
    this.#channel.pass(listener, handle);
    return true;
  }

  canEnter(listener: number, enter: (handle: Handle) => void): void {
    this.#entrances.set(listener, enter);
  }

  /** A connection has come that another gateway has accepted. */
  enter(listener: number, handle: Handle): void {
    const enter = this.#entrances.get(listener);
    if (enter) enter(handle);
    else handle.close(() => {});
  }

  opened(): void {
    this.#overflow.opened();
    this.#reportSoon();
  }

  closed(lifetimeMs: number): void {
    this.#overflow.closed(lifetimeMs);
    this.#reportSoon();
  }

  /** Passes nothing on any more: the gateway stops, and so do the others, or somebody takes its place. */
  end(): void {
    this.#isOver = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #reportSoon(): void {
    if (this.#timer !== null || this.#isOver) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const { openCount } = this.#overflow;
      if (openCount !== this.#reportedCount) this.#channel.report(openCount);
      this.#reportedCount = openCount;
    }, REPORT_EVERY_MS);
  }
}
