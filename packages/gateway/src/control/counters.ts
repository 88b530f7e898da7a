// Counts the requests of this process by how they ended.

import { Exchange, exchangeDone, type Outcome } from '../exchange/exchange.ts';

/** Requests since the start. */
export interface Counts {
  readonly total: number;
  /** By the first digit of their status: `2xx` and so on; `none` for those whose client left before there was one. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** By what became of them: `complete`, `cancelled`, or the code of a failure. */
  readonly byOutcome: Readonly<Partial<Record<Outcome, number>>>;
}

/** Counts from the moment it is made until `close`. */
export class Counters {
  #total = 0;
  readonly #byClass: number[] = [0, 0, 0, 0, 0, 0];
  readonly #byOutcome = new Map<Outcome, number>();
  readonly #count = (message: unknown): void => {
    if (!(message instanceof Exchange) || message.outcome === null) return;
    const { status, outcome } = message;
    const digit = Math.min(5, Math.floor(status / 100));
    this.#total++;
    this.#byClass[digit] = (this.#byClass[digit] ?? 0) + 1;
    this.#byOutcome.set(outcome, (this.#byOutcome.get(outcome) ?? 0) + 1);
  };

  constructor() {
    exchangeDone.subscribe(this.#count);
  }

  /** What has been counted. Kinds that have not occurred are left out. */
  get counts(): Counts {
    const classes = this.#byClass.map(
      (count, digit) => [digit === 0 ? 'none' : `${digit}xx`, count] as const,
    );
    return {
      total: this.#total,
      byStatus: Object.fromEntries(classes.filter(([, count]) => count > 0)),
      byOutcome: Object.fromEntries(this.#byOutcome),
    };
  }

  close(): void {
    exchangeDone.unsubscribe(this.#count);
  }
}
