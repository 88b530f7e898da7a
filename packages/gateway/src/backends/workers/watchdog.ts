// Finds workers that cannot do anything but what they are doing: native code holds the interpreter, so that not even the thread
// that answers RECALL runs. It says which they are, and ends them when they hold up others for too long. Time is an argument.

import type { Lane } from './lane.ts';
import type { Worker } from './worker.ts';

/** When a worker counts as stuck, and how long it may be. Times are milliseconds. */
export interface WatchdogOptions {
  /** How long a worker may leave a RECALL unanswered. Default 1 second. */
  readonly stuckAfterMs?: number;
  /** How long it may do so while requests wait in it that could run elsewhere; null, the default, is 3/4 of the queue's timeout. */
  readonly stuckTimeoutMs?: number | null;
  readonly queueTimeoutMs: number;
}

/** What follows from it. */
export interface WatchdogEvents {
  /** It answers nothing; no more requests are to go to it. */
  stuck(worker: Worker, unansweredMs: number): void;
  /** It answers again, after so long. */
  unstuck(worker: Worker, unansweredMs: number): void;
  /** It has been stuck for so long that it has to end, for the sake of the requests that wait in it. */
  hopeless(worker: Worker, unansweredMs: number): void;
}

const STUCK_AFTER_MS = 1_000;
/** What waits in a stuck worker is to be run elsewhere before it would have waited too long. */
const SHARE_OF_QUEUE_TIMEOUT = 3 / 4;
/** A worker is asked for a sign of life when one of its requests has run so long, and then as often. */
const ASK_EVERY_MS = 500;

/** Looks after the workers of one pool. */
export class Watchdog {
  readonly #stuckAfterMs: number;
  readonly #stuckTimeoutMs: number;
  readonly #events: WatchdogEvents;
  readonly #askedMs = new WeakMap<Worker, number>();
  /** Since when each has not answered. */
  readonly #stuck = new Map<Worker, number>();

  constructor(options: WatchdogOptions, events: WatchdogEvents) {
    this.#stuckAfterMs = options.stuckAfterMs ?? STUCK_AFTER_MS;
    this.#stuckTimeoutMs = options.stuckTimeoutMs ?? options.queueTimeoutMs * SHARE_OF_QUEUE_TIMEOUT;
    this.#events = events;
  }

  /** Since when a worker that is stuck has not answered; null if it is not stuck. */
  stuckSinceMs(worker: Worker): number | null {
    return this.#stuck.get(worker) ?? null;
  }

  /** Looks at a worker. To be called often while requests run in it. */
  look(worker: Worker, nowMs: number): void {
    const sinceMs = worker.unansweredSinceMs;
    if (sinceMs === null) {
      this.#ask(worker, nowMs);
      return;
    }
    const unansweredMs = nowMs - sinceMs;
    if (!this.#stuck.has(worker)) {
      if (unansweredMs <= this.#stuckAfterMs) return;
      this.#stuck.set(worker, sinceMs);
      this.#events.stuck(worker, unansweredMs);
    }
    const isHoldingUp = worker.lanes.some(({ load }) => load > 1);
    if (isHoldingUp && unansweredMs > this.#stuckTimeoutMs) this.#events.hopeless(worker, unansweredMs);
  }

  /** A worker has answered a RECALL. */
  answered(worker: Worker, nowMs: number): void {
    const sinceMs = this.#stuck.get(worker);
    if (sinceMs === undefined || worker.unansweredSinceMs !== null) return;
    this.#stuck.delete(worker);
    this.#events.unstuck(worker, nowMs - sinceMs);
  }

  /** A worker has ended. */
  forget(worker: Worker): void {
    this.#stuck.delete(worker);
  }

  /**
   * Asks a worker for a sign of life, if one of its requests runs long: a RECALL of a lane that has nothing to give back. In a
   * worker that is leaving it also fetches what was on its way when it was recalled the first time.
   */
  #ask(worker: Worker, nowMs: number): void {
    if (worker.isLeaving) {
      for (const lane of worker.lanes) if (lane.load > 1) lane.recall();
      return;
    }
    const isLong = ({ running, runningSinceMs }: Lane): boolean =>
      running !== null && nowMs - runningSinceMs >= ASK_EVERY_MS;
    if (nowMs - (this.#askedMs.get(worker) ?? 0) < ASK_EVERY_MS || !worker.lanes.some(isLong)) return;
    // When the others are recalled is up to the gate.
    const lane = worker.lanes.find(({ load, running }) => load < 2 && running?.body.kind !== 'stream');
    if (!lane) return;
    this.#askedMs.set(worker, nowMs);
    lane.recall();
  }
}
