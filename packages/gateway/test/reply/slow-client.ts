// A client that takes a reply at its own pace, and a delivery that only buffers.
import { DIRECT, type Delivery } from '../../src/exchange/delivery.ts';
import type { Exchange, Holder } from '../../src/exchange/exchange.ts';
import { Head } from '../../src/exchange/head.ts';
import { ReplyBuffers, type BufferLimits } from '../../src/reply/reply-buffers.ts';
import type { Spool } from '../../src/spool/spool.ts';
import { makeExchange, type TestExchange } from '../helpers/exchanges.ts';

export const OK: Head = Head.build(200, 'OK', []);
export const NOTHING: Buffer = Buffer.alloc(0);

/** Remembers what a backend hears. */
export class RecordingHolder implements Holder {
  drainedCount = 0;
  cancelledCount = 0;

  drained(): void {
    this.drainedCount++;
  }

  cancelled(): void {
    this.cancelledCount++;
  }
}

/** Exchanges of slow clients, buffered by one `ReplyBuffers`. */
export class SlowClients {
  readonly buffers: ReplyBuffers;
  readonly failures: unknown[] = [];
  readonly #delivery: Delivery;

  constructor(limits: Partial<BufferLimits>, spool: Spool) {
    const all = {
      memoryBytes: 100,
      totalMemoryBytes: 1_000_000,
      maxBytes: 1_000_000,
      patienceMs: 0,
      ...limits,
    };
    this.buffers = new ReplyBuffers(all, spool, (_exchange, cause) => this.failures.push(cause));
    this.#delivery = { ...DIRECT, hold: (exchange) => this.buffers.hold(exchange) };
  }

  /** A reply that has begun, to a client that has said false to its head. */
  stalled(): TestExchange & { readonly holder: RecordingHolder } {
    const made = makeExchange();
    const holder = new RecordingHolder();
    made.exchange.delivery = this.#delivery;
    made.exchange.holder = holder;
    made.reply.isWritable = false;
    made.exchange.respond(OK, NOTHING, false);
    return { ...made, holder };
  }
}

/** The client takes everything from now on. */
export function catchUp({ exchange, reply }: TestExchange): void {
  reply.isWritable = true;
  exchange.drained();
}

/** The client takes one more piece, if there is one, and the front says false again. */
export function takeOne({ exchange }: { readonly exchange: Exchange }): void {
  exchange.drained();
}
