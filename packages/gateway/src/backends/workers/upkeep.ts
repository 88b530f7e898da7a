// Owns how many workers a pool should have, and which of them has served long enough: it grows with the load, shrinks
// after idleness, and recycles one worker at a time.

import type { Crew } from './crew.ts';
import type { Gate } from './gate.ts';
import type { Generations } from './generations.ts';
import { residentBytes } from './memory.ts';
import { jittered, recycleReason, type RecycleLimits } from './recycle.ts';
import { growth, longestIdle, roomWithin, type ProcessRange } from './scale.ts';
import { Ticker } from './ticker.ts';
import type { Worker } from './worker.ts';

/** What upkeep is told. Everything but the range has a default: never. */
export interface UpkeepOptions extends Partial<RecycleLimits> {
  readonly processes: number;
  readonly processesMax?: number;
  /** How long a worker over the minimum may be idle. Default 30 seconds. */
  readonly shrinkAfterMs?: number;
  /** Never grow where the workers together would have more. */
  readonly memoryBudgetBytes?: number | null;
  /** From 0 to 1, for the jitter of recycling. Default `Math.random`. */
  readonly random?: () => number;
}

/** What upkeep works on. */
export interface UpkeepParts {
  readonly crew: Crew;
  readonly generations: Generations;
  readonly gate: Gate;
  readonly threads: number;
  /** The number of workers that are wanted has changed, for the reason given. */
  readonly changed: (reason: string) => void;
  /** A worker is going to be replaced. */
  readonly recycling: (worker: Worker, reason: string) => void;
}

const SHRINK_AFTER_MS = 30_000;
/** Idleness, age and memory change slowly. */
const LOOK_MS = 1_000;
/** After a replacement has failed, for instance because the code on disk is broken. */
const RECYCLE_AGAIN_MS = 30_000;

/** Looks after the number and the age of workers. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #parts: UpkeepParts;
  readonly #limits: RecycleLimits;
  readonly #own = new WeakMap<Worker, RecycleLimits>();
  readonly #ticker: Ticker;
  #range: ProcessRange;
  #recycleFromMs = 0;
  /** How many workers there should be now, within the range. */
  wanted: number;

  constructor(options: UpkeepOptions, parts: UpkeepParts) {
    const { processes: min, processesMax: max = min } = options;
    this.#options = options;
    this.#parts = parts;
    this.#range = { min, max };
    this.wanted = min;
    this.#limits = {
      recycleRequests: options.recycleRequests ?? null,
      recycleAgeMs: options.recycleAgeMs ?? null,
      recycleMemoryBytes: options.recycleMemoryBytes ?? null,
    };
    this.#ticker = new Ticker(LOOK_MS, () => this.#look());
  }

  get range(): ProcessRange {
    return this.#range;
  }

  /** Begins to look from time to time, if there is anything to look at. */
  start(): void {
    const isRecycling = Object.values(this.#limits).some((limit) => limit !== null);
    if (isRecycling || this.#range.max > this.#range.min) this.#ticker.start();
  }

  stop(): void {
    this.#ticker.close();
  }

  /** Sets the limits; the number that is wanted moves into them. */
  scale(range: ProcessRange): void {
    this.#range = range;
    this.wanted = Math.min(Math.max(this.wanted, range.min), range.max);
    this.start();
  }

  /** Has more workers if requests wait for want of them. To be called often while requests wait. */
  grow(nowMs: number): void {
    const { crew, gate, threads, changed } = this.#parts;
    const { oldestQueuedMs } = gate;
    if (oldestQueuedMs === null || this.wanted >= this.#range.max) return;
    const staying = crew.staying;
    const oldestWaitMs = nowMs - oldestQueuedMs;
    const load = {
      count: this.wanted,
      startingCount: staying.filter(({ state }) => state === 'starting').length,
      threads,
      waitingCount: gate.waiting,
      oldestWaitMs,
    };
    const more = Math.min(growth(this.#range.max, load), this.#room(staying));
    if (more <= 0) return;
    this.wanted += more;
    changed(`${gate.waiting} requests wait, one of them for ${Math.round(oldestWaitMs)} ms`);
  }

  #room(workers: readonly Worker[]): number {
    const budgetBytes = this.#options.memoryBudgetBytes ?? null;
    if (budgetBytes === null) return Infinity;
    return roomWithin(
      budgetBytes,
      workers.map(({ pid }) => residentBytes(pid) ?? 0),
    );
  }

  #look(): boolean {
    const nowMs = performance.now();
    const serving = this.#parts.crew.staying.filter(({ isReady }) => isReady);
    this.#shrink(serving, nowMs);
    if (!this.#parts.generations.isBusy && nowMs >= this.#recycleFromMs) this.#recycle(serving, nowMs);
    return true;
  }

  #shrink(serving: readonly Worker[], nowMs: number): void {
    if (this.wanted <= this.#range.min || this.#parts.generations.isBusy) return;
    const shrinkAfterMs = this.#options.shrinkAfterMs ?? SHRINK_AFTER_MS;
    if (!longestIdle(serving, shrinkAfterMs, nowMs)) return;
    this.wanted--;
    this.#parts.changed(`one has been idle for ${shrinkAfterMs} ms`);
  }

  #recycle(serving: readonly Worker[], nowMs: number): void {
    for (const worker of serving) {
      const reason = recycleReason(this.#limitsOf(worker), {
        servedCount: worker.servedCount,
        ageMs: nowMs - worker.startedMs,
        memoryBytes: this.#limits.recycleMemoryBytes === null ? null : residentBytes(worker.pid),
      });
      if (reason === null || worker.isLeaving) continue;
      this.#parts.recycling(worker, reason);
      void this.#parts.generations.replace(worker).then((failure) => {
        if (failure) this.#recycleFromMs = performance.now() + RECYCLE_AGAIN_MS;
      });
      return;
    }
  }

  #limitsOf(worker: Worker): RecycleLimits {
    const own = this.#own.get(worker) ?? jittered(this.#limits, (this.#options.random ?? Math.random)());
    this.#own.set(worker, own);
    return own;
  }
}
