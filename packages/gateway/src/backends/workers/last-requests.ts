// Owns the workers in which a request has timed out: their other requests may finish, and then they are killed.

import type { FailureCode } from '../../exchange/errors.ts';

/** A worker is killed at once when idle, and after this if other requests still run in it. */
const LAST_REQUESTS_MS = 5_000;

/** A worker, as far as its end goes. */
export interface EndingWorker {
  readonly lanes: readonly { readonly running: { readonly isDone: boolean } | null }[];
  /** Kills it, for a reason that the log has. */
  abort(code: FailureCode, reason: string): void;
}

interface Deadline {
  readonly reason: string;
  readonly atMs: number;
}

/** Those that have been retired and do not get far: a thread of theirs is held. */
export class LastRequests {
  readonly #deadlines = new Map<EndingWorker, Deadline>();

  /** A request of the worker has timed out; the reason is for the log. */
  begin(worker: EndingWorker, reason: string, nowMs: number): void {
    if (!this.#deadlines.has(worker)) this.#deadlines.set(worker, { reason, atMs: nowMs + LAST_REQUESTS_MS });
  }

  /** The worker has ended. */
  forget(worker: EndingWorker): void {
    this.#deadlines.delete(worker);
  }

  /** Kills those whose other requests have finished or had their time. */
  look(nowMs: number): void {
    for (const [worker, { reason, atMs }] of this.#deadlines) {
      const isAlone = worker.lanes.every((lane) => lane.running === null || lane.running.isDone);
      if (!isAlone && nowMs < atMs) continue;
      this.#deadlines.delete(worker);
      worker.abort('SLUICE_WORKER_DIED', `was killed: ${reason}`);
    }
  }
}
