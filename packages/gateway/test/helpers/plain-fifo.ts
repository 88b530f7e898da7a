// What the policy is compared with: one queue, first come, first served, nothing handed ahead and nothing kept.
import type { Admission, Assignment, Dispatch } from '../../src/backends/workers/dispatch.ts';
import { Queue } from '../../src/backends/workers/queue.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import type { SimulatedLane } from './policy-simulation.ts';

/** Decides which request goes where, as far as a simulation needs it. */
export type Dispatcher = Pick<
  Dispatch<SimulatedLane>,
  'lanes' | 'admit' | 'readmit' | 'next' | 'leave' | 'clientLeft' | 'ended' | 'isLate'
>;

/** First come, first served. */
export class PlainFifo implements Dispatcher {
  lanes: readonly SimulatedLane[] = [];
  readonly #queue = new Queue();
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  admit(exchange: Exchange): Admission<SimulatedLane> {
    const lane = this.lanes.find(({ load }) => load === 0);
    if (lane && this.#queue.length === 0) return lane;
    if (this.#queue.length >= this.#length) return 'refused';
    this.#queue.push(exchange);
    return 'waits';
  }

  readmit(): void {
    throw new Error('nothing is handed ahead');
  }

  next(): Assignment<SimulatedLane> | null {
    const lane = this.lanes.find(({ load }) => load === 0);
    const exchange = lane && this.#queue.shift();
    return exchange ? { exchange, lane } : null;
  }

  leave(exchange: Exchange): boolean {
    return this.#queue.delete(exchange);
  }

  clientLeft(exchange: Exchange): boolean {
    return this.leave(exchange);
  }

  ended(): void {}

  isLate(): boolean {
    return false;
  }
}
