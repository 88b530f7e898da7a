// Owns the traces that one of several gateways is to tell: it sends lines to the process that has started it, no faster
// than they go.

import { Outbox } from '../control/outbox.ts';
import type { TraceFilter } from '../control/trace-event.ts';
import { startTrace } from '../control/tracer.ts';
import type { Traced } from './messages.ts';

interface ToldTrace {
  readonly outbox: Outbox;
  readonly stop: () => void;
}

/** The traces, by their numbers. */
export class ToldTraces {
  readonly #gateway: number;
  readonly #tell: (traced: Traced) => Promise<void>;
  readonly #traces = new Map<number, ToldTrace>();

  /**
   * @param gateway the number of this one
   * @param tell resolves when it is sent
   */
  constructor(gateway: number, tell: (traced: Traced) => Promise<void>) {
    this.#gateway = gateway;
    this.#tell = tell;
  }

  /** Begins to tell. */
  start(id: number, filter: TraceFilter): void {
    const outbox = new Outbox((lines, count) => this.#tell({ kind: 'traced', id, lines, count }));
    this.#traces.set(id, { outbox, stop: startTrace(filter, outbox, this.#gateway) });
  }

  /** Tells no more. */
  end(id: number): void {
    this.#traces.get(id)?.stop();
    this.#traces.delete(id);
  }

  /** Resolves when everything is told. */
  async told(): Promise<void> {
    await Promise.all([...this.#traces.values()].map(({ outbox }) => outbox.sent()));
  }
}
