// Owns the traces of several gateways: each is told by all of them, and its lines come together.

import type { Outbox } from '../control/outbox.ts';
import type { TraceFilter } from '../control/trace-event.ts';
import type { Traced } from './messages.ts';
import type { Seat } from './seat.ts';

/** Those who are told of requests. */
export class Traces {
  readonly #outboxes = new Map<number, Outbox>();
  #count = 0;

  /** Has all tell `outbox`. Resolves when they do, with what stops it. */
  async start(
    seats: readonly Pick<Seat, 'trace' | 'endTrace'>[],
    filter: TraceFilter,
    outbox: Outbox,
  ): Promise<() => void> {
    const id = ++this.#count;
    this.#outboxes.set(id, outbox);
    await Promise.all(seats.map((seat) => seat.trace(id, filter)));
    return () => {
      this.#outboxes.delete(id);
      for (const seat of seats) seat.endTrace(id);
    };
  }

  /** One of them has told something. */
  told({ id, lines, count }: Traced): void {
    this.#outboxes.get(id)?.add(count, () => lines);
  }
}
