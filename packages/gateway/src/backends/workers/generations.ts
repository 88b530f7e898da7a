// Owns the generations of a pool: which load of the code serves, and the replacement of workers, one turnover at a time.

import type { Crew } from './crew.ts';
import { Turnover, type TurnoverFailure } from './turnover.ts';
import type { Worker } from './worker.ts';

/** What a turnover is for: new code in all workers, or one worker that has served long enough. */
export type TurnoverKind = 'reload' | 'recycle';

/** What generations need of their pool. */
export interface GenerationOwner {
  /** How many workers there should be. */
  readonly countWanted: number;
  /** These workers are ready and take requests from now on. */
  open(workers: readonly Worker[]): void;
  /** Whether a worker takes requests: new ones do before their turnover is over if there is nobody else. */
  isOpen(worker: Worker): boolean;
  /** A turnover is over, one way or the other; workers may be missing. */
  turnoverEnded(kind: TurnoverKind, failure: TurnoverFailure | null): void;
}

/** Replaces workers: all of them by a new generation, or a single one by another of the same. */
export class Generations {
  readonly #crew: Crew;
  readonly #owner: GenerationOwner;
  #turnover: Turnover<Worker> | null = null;
  #cancelledFor: string | null = null;
  #next: Promise<TurnoverFailure | null> | null = null;
  #startNext: (() => void) | null = null;
  /** The generation that serves, counted from 1. */
  current = 1;
  /** Whether a new generation is being started. */
  isReloading = false;

  constructor(crew: Crew, owner: GenerationOwner) {
    this.#crew = crew;
    this.#owner = owner;
  }

  /** Whether workers are being replaced. */
  get isBusy(): boolean {
    return this.#turnover !== null;
  }

  /**
   * Loads the code again: starts a new generation, and when all of it is ready lets the old one go. Resolves with null
   * then, or with what went wrong; the old generation serves on in that case. Asked while a turnover runs it begins after
   * that, once for all who ask: what has changed since is not in the running one.
   */
  reload(): Promise<TurnoverFailure | null> {
    if (!this.#turnover) return this.#beginReload();
    this.#next ??= new Promise((resolve) => {
      this.#startNext = (): void => resolve(this.#beginReload());
    });
    return this.#next;
  }

  /** Replaces one worker, whose requests finish. Only when not busy. Resolves as `reload` does. */
  replace(worker: Worker): Promise<TurnoverFailure | null> {
    const { current } = this;
    return this.#begin('recycle', 1, current, () => worker.retire());
  }

  /** Whether this is a new worker that does not serve yet, or not alone. */
  has(worker: Worker): boolean {
    return this.#turnover?.has(worker) ?? false;
  }

  /** A new worker is ready. */
  ready(worker: Worker): void {
    this.#turnover?.ready(worker);
  }

  /** A new worker will not become ready. */
  failed(worker: Worker, failure: TurnoverFailure): void {
    this.#turnover?.failed(worker, failure);
  }

  /** Gives up what runs and what was asked for, and begins nothing any more. */
  cancel(reason: string): void {
    this.#cancelledFor = reason;
    this.#turnover?.cancel(reason);
  }

  #beginReload(): Promise<TurnoverFailure | null> {
    if (this.#cancelledFor !== null) return Promise.resolve({ reason: this.#cancelledFor, detail: '' });
    const generation = this.current + 1;
    this.isReloading = true;
    return this.#begin('reload', this.#owner.countWanted, generation, () => {
      this.current = generation;
      for (const worker of this.#crew.staying) if (worker.generation < generation) worker.retire();
    });
  }

  #begin(
    kind: TurnoverKind,
    count: number,
    generation: number,
    letGo: () => void,
  ): Promise<TurnoverFailure | null> {
    return new Promise((resolve) => {
      const start = (): Worker => this.#crew.start(generation);
      const turnover = new Turnover(count, start, (failure) => {
        this.#turnover = null;
        this.isReloading = false;
        if (failure) {
          for (const worker of turnover.fresh) if (!this.#owner.isOpen(worker)) worker.retire();
        } else {
          this.#owner.open(turnover.fresh);
          letGo();
        }
        resolve(failure);
        this.#owner.turnoverEnded(kind, failure);
        this.#beginNext();
      });
      this.#turnover = turnover;
    });
  }

  #beginNext(): void {
    const start = this.#startNext;
    this.#next = null;
    this.#startNext = null;
    start?.();
  }
}
