// Owns the workers of a pool: who stays, who is about to leave, and which generation each belongs to.

import { Worker, type WorkerEvents } from './worker.ts';
import type { StartProcess, WorkerCommand } from './process.ts';

/** What starting a worker takes. */
export interface CrewOptions {
  readonly command: WorkerCommand;
  readonly startupTimeoutMs: number;
}

/** The workers of one pool, oldest first. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #events: WorkerEvents;
  readonly #startProcess: StartProcess;
  readonly #workers = new Set<Worker>();

  constructor(options: CrewOptions, events: WorkerEvents, startProcess: StartProcess) {
    this.#options = options;
    this.#events = events;
    this.#startProcess = startProcess;
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
    const { command, startupTimeoutMs } = this.#options;
    const worker = new Worker(command, { generation, startupTimeoutMs }, this.#events, this.#startProcess);
    this.#workers.add(worker);
    return worker;
  }

  /** Forgets one whose process has ended. */
  remove(worker: Worker): void {
    this.#workers.delete(worker);
  }
}
