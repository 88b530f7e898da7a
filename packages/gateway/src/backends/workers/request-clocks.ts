// Owns the clocks of running requests: how long one may run, be silent before its reply, and be silent within it. It says
// which are overdue; what is done about them is up to the pool.

import type { Exchange } from '../../exchange/exchange.ts';
import type { Lane } from './lane.ts';
import type { Worker } from './worker.ts';

/** How long a request may take, in milliseconds; null is no limit. */
export interface Timeouts {
  /** From its beginning to its last byte. */
  readonly requestTimeoutMs: number;
  /** From its beginning to the head of the reply. */
  readonly firstByteTimeoutMs: number | null;
  /** Between two pieces of a reply. Time in which the client takes nothing does not count. */
  readonly streamIdleTimeoutMs: number | null;
}

/** Timeouts that take the place of the usual ones where they are not null. */
export type OwnTimeouts = { readonly [Field in keyof Timeouts]: Timeouts[Field] | null };

/** How far a running request has come. */
export interface Progress {
  readonly ranMs: number;
  /** Whether the head of the reply has come. */
  readonly isReplying: boolean;
  /** How long nothing has come. */
  readonly silentMs: number;
}

/** Why a request is overdue, for the log; null if it is not. */
export function overdueReason(timeouts: Timeouts, { ranMs, isReplying, silentMs }: Progress): string | null {
  const { requestTimeoutMs, firstByteTimeoutMs, streamIdleTimeoutMs } = timeouts;
  if (ranMs > requestTimeoutMs) return `ran for more than ${requestTimeoutMs} ms (request_timeout)`;
  if (!isReplying && firstByteTimeoutMs !== null && ranMs > firstByteTimeoutMs) {
    return `sent nothing within ${firstByteTimeoutMs} ms (first_byte_timeout)`;
  }
  if (isReplying && streamIdleTimeoutMs !== null && silentMs > streamIdleTimeoutMs) {
    return `sent nothing more for ${streamIdleTimeoutMs} ms (stream_idle_timeout)`;
  }
  return null;
}

/** What has been seen of a lane. */
interface Sight {
  readonly exchange: Exchange;
  readonly receivedBytes: number;
  readonly sinceMs: number;
}

/** Finds overdue requests. */
export class RequestClocks {
  readonly #usual: Timeouts;
  readonly #own = new WeakMap<Exchange, Timeouts>();
  readonly #sights = new WeakMap<Lane, Sight>();
  /** Overdue requests that have been told: nothing more is said about them. */
  readonly #told = new WeakSet<Exchange>();

  /** @param usual what holds for requests that have no timeouts of their own */
  constructor(usual: Timeouts) {
    this.#usual = usual;
  }

  /** Gives a request timeouts of its own; what is null in them is as usual. */
  set(exchange: Exchange, own: OwnTimeouts): void {
    const usual = this.#usual;
    this.#own.set(exchange, {
      requestTimeoutMs: own.requestTimeoutMs ?? usual.requestTimeoutMs,
      firstByteTimeoutMs: own.firstByteTimeoutMs ?? usual.firstByteTimeoutMs,
      streamIdleTimeoutMs: own.streamIdleTimeoutMs ?? usual.streamIdleTimeoutMs,
    });
  }

  /** The request that runs on a lane and is overdue, once, with the reason; null if there is none. */
  overdue(worker: Worker, lane: Lane, nowMs: number): { exchange: Exchange; reason: string } | null {
    const exchange = lane.running;
    if (!exchange || this.#told.has(exchange)) return null;
    const reason = overdueReason(this.#own.get(exchange) ?? this.#usual, {
      ranMs: nowMs - lane.runningSinceMs,
      isReplying: exchange.status !== 0,
      silentMs: nowMs - this.#look(worker, lane, exchange, nowMs),
    });
    if (reason === null) return null;
    this.#told.add(exchange);
    return { exchange, reason };
  }

  /** Since when nothing has come, as far as it has been looked. A lane that waits for its client is not silent. */
  #look(worker: Worker, lane: Lane, exchange: Exchange, nowMs: number): number {
    const receivedBytes = worker.receivedBytes(lane);
    const seen = this.#sights.get(lane);
    if (seen?.exchange === exchange && seen.receivedBytes === receivedBytes && !lane.isPaused)
      return seen.sinceMs;
    this.#sights.set(lane, { exchange, receivedBytes, sinceMs: nowMs });
    return nowMs;
  }
}
