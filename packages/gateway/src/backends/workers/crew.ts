// Owns the workers of a pool: who stays, who is about to leave, and which generation each belongs to.

import type { Destination } from '../../exchange/exchange.ts';
import { Worker, type WorkerEvents } from './worker.ts';
import type { WorkerSource } from './worker-source.ts';

/** What starting a worker takes. */
export interface CrewOptions {
  /** Of the pool. */
  readonly name: string;
  readonly startupTimeoutMs: number;
}

/** The workers of one pool, oldest first. */
export class Crew implements Destination {
  readonly target: string;
  readonly #options: CrewOptions;
  readonly #events: WorkerEvents;
  readonly #source: WorkerSource;
  readonly #workers = new Set<Worker>();

  constructor(options: CrewOptions, events: WorkerEvents, source: WorkerSource) {
    this.target = `pool:${options.name}`;
    this.#options = options;
    this.#events = events;
    this.#source = source;
  }

  /** Every worker whose process has not ended. */
  get all(): ReadonlySet<Worker> {
    return this.#workers;
  }

  /** Those that have not been told to end. */
  get staying(): Worker[] {
    return [...this.#workers].filter(({ isLeaving }) => !isLeaving);
  }

  /** Starts one. */
  start(generation: number): Worker {
    const { startupTimeoutMs } = this.#options;
    const worker = new Worker({ generation, startupTimeoutMs, target: this.target }, this.#events, (events) =>
      this.#source.start(generation, events),
    );
    this.#workers.add(worker);
    return worker;
  }

  /** Forgets one whose process has ended. */
  remove(worker: Worker): void {
    this.#workers.delete(worker);
  }
}
