// A pool over simulated workers, with a ledger of what became of every request. Needs jest's fake timers.
import { jest } from '@jest/globals';
import { Pool } from '../../src/backends/workers/pool.ts';
import type { PoolOptions, PoolReporter } from '../../src/backends/workers/pool-options.ts';
import { makeExchange, type TestExchange } from './exchanges.ts';
import { SimWorker, type Step } from './sim-worker.ts';

/** What a simulation may fix; times are milliseconds. */
export type SimOptions = Partial<Omit<PoolOptions, 'command' | 'name'>> & { readonly threads?: number };

/** A request and what is known of it. */
export interface Entry extends TestExchange {
  readonly id: number;
  /** The workers that have begun it, in order. */
  readonly begunBy: SimWorker[];
}

/** Options of a pool of simulated workers. The directory does not exist, so that nothing is watched. */
export function simulatedPoolOptions({ threads = 1, ...options }: SimOptions = {}): PoolOptions {
  return {
    name: 'simulated',
    processes: 1,
    queueLength: 1_000,
    queueTimeoutMs: 60_000,
    requestTimeoutMs: 600_000,
    startupTimeoutMs: 60_000,
    stopTimeoutMs: 60_000,
    lookAhead: 0,
    recallAfterMs: 5,
    // What is kept for quick requests has tests of its own; here every free lane is for everybody.
    reserveLanes: 0,
    ...options,
    command: {
      python: 'python3',
      packageDirectory: '/nonexistent/',
      target: 'app',
      directory: '/nonexistent/application',
      threads,
      isMultiprocess: false,
      debug: false,
      environment: {},
    },
  };
}

/** One run. Nothing moves but by its methods. */
export class Simulation {
  readonly pool: Pool;
  readonly workers: SimWorker[] = [];
  readonly entries: Entry[] = [];
  /** Ids in the order in which they were begun. */
  readonly begun: number[] = [];
  readonly endings: { readonly reason: string; readonly restartInMs: number | null }[] = [];
  readonly tracebacks: string[] = [];
  readonly reloads: { readonly generation: number; readonly reason?: string }[] = [];
  /** How many workers were wanted, each time that changed. */
  readonly scales: number[] = [];
  /** Workers that answered nothing, and those that did so again. */
  readonly stuck: number[] = [];
  readonly unstuck: number[] = [];
  /** Why workers were replaced. */
  readonly recycled: string[] = [];
  /** Requests that do not finish as long as they stand here. */
  readonly slow = new Set<number>();

  constructor(options: SimOptions = {}) {
    const reporter: PoolReporter = {
      workerReady: () => {},
      workerEnded: (_pid, reason, _wasExpected, restartInMs) => this.endings.push({ reason, restartInMs }),
      applicationNotLoaded: (_pid, traceback) => this.tracebacks.push(traceback),
      reloaded: (generation, failure) =>
        this.reloads.push({ generation, ...(failure && { reason: failure.reason }) }),
      scaled: (countWanted) => this.scales.push(countWanted),
      recycling: (_pid, reason) => this.recycled.push(reason),
      output: () => {},
      preloaded: () => {},
      forkServerEnded: () => {},
      workerStuck: (pid) => this.stuck.push(pid),
      workerUnstuck: (pid) => this.unstuck.push(pid),
    };
    this.pool = new Pool(simulatedPoolOptions(options), reporter, (command, events) => {
      const onBegin = (id: number, worker: SimWorker): void => {
        this.begun.push(id);
        this.entries[id]?.begunBy.push(worker);
      };
      const worker = new SimWorker(this.workers.length + 1, command.threads, events, onBegin);
      this.workers.push(worker);
      return worker;
    });
    void this.pool.start();
  }

  /** Hands the pool a new request; a slow one does not finish by itself. */
  arrive(pace: 'quick' | 'slow' = 'quick'): Entry {
    const id = this.entries.length;
    if (pace === 'slow') this.slow.add(id);
    const entry = { id, begunBy: [], ...makeExchange({ variables: { ID: String(id) } }) };
    this.entries.push(entry);
    this.pool.handle(entry.exchange);
    return entry;
  }

  /** Lets time pass. Zero is one turn of the event loop: what the pool has gathered is sent. */
  pass(milliseconds: number): void {
    jest.advanceTimersByTime(milliseconds);
  }

  /** All that the workers could do now. */
  steps(): Step[] {
    const all = this.workers.flatMap((worker) => [...worker.steps()]);
    return all.filter(({ finishes }) => finishes === undefined || !this.slow.has(finishes));
  }

  /** Does whatever can be done without time passing. */
  settle(): void {
    for (;;) {
      this.pass(0);
      const [step] = this.steps();
      if (!step) return;
      step.run();
    }
  }

  /** Settles, and lets time pass in steps of a millisecond, as a machine that keeps up does. */
  live(milliseconds: number): void {
    this.settle();
    for (let passed = 0; passed < milliseconds; passed++) {
      this.pass(1);
      this.settle();
    }
  }

  /** Settles, and lets time pass in small steps, until every request is over or so much time has passed. */
  runOut(milliseconds: number): void {
    for (let passed = 0; passed < milliseconds && this.pending.length > 0; passed += 10) {
      this.settle();
      this.pass(10);
    }
  }

  /** Requests that are not over. */
  get pending(): Entry[] {
    return this.entries.filter(({ exchange }) => !exchange.isDone);
  }

  /** Requests that wait, wherever: nobody has begun them. */
  get waiting(): Entry[] {
    return this.pending.filter(({ begunBy }) => begunBy.length === 0);
  }

  /** The last worker that was started. */
  get newest(): SimWorker {
    const worker = this.workers.at(-1);
    if (!worker) throw new Error('no worker has been started');
    return worker;
  }
}
