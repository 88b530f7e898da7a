// Owns admission: carries out what `dispatch.ts` decides, and keeps the clocks. It knows lanes, not processes.

import { GatewayError } from '../../exchange/errors.ts';
import type { Exchange, Holder } from '../../exchange/exchange.ts';
import { Dispatch, type DispatchOptions } from './dispatch.ts';
import type { Lane } from './lane.ts';
import { withQueueTime } from './queue-time.ts';
import { Ticker } from './ticker.ts';

/** Limits of a gate. Times are milliseconds. */
export type GateOptions = DispatchOptions;

/** How often it is looked whether slow requests may have the lanes that were kept for quick ones. */
const HOLD_CLOCK_MS = 100;

/** Lets exchanges through to lanes: at once, or after they have waited in one queue, or not at all. */
export class Gate implements Holder {
  readonly #options: GateOptions;
  readonly #onLeft: () => void;
  readonly #dispatch: Dispatch<Lane>;
  readonly #laneClock: Ticker;
  readonly #holdClock: Ticker;
  /** Lanes with frames to send when the event loop has read all there is. */
  #output: Lane[] = [];
  #queueTimer: NodeJS.Timeout | null = null;
  #queueTimerDueMs = 0;
  /** What refused requests are told. One of each: under overload, writing down the stack is most of what a refusal costs. */
  readonly #full: GatewayError;
  readonly #late: GatewayError;

  /** @param onLeft called when an exchange has left the queue without reaching a lane */
  constructor(options: GateOptions, onLeft: () => void) {
    this.#options = options;
    this.#onLeft = onLeft;
    this.#dispatch = new Dispatch(options);
    const { queueLength, queueTimeoutMs } = options;
    this.#full = new GatewayError('SLUICE_QUEUE_FULL', `no place in a queue of ${queueLength}`);
    this.#late = new GatewayError('SLUICE_QUEUE_TIMEOUT', `waited ${queueTimeoutMs} ms for a worker`);
    this.#holdClock = new Ticker(HOLD_CLOCK_MS, () => this.#serveHeld());
    this.#laneClock = new Ticker(Math.max(1, options.recallAfterMs / 2), () => this.#lookAtLanes());
  }

  /** How many exchanges wait. */
  get waiting(): number {
    return this.#dispatch.waiting;
  }

  /** When the exchange that has waited longest joined the queue, by `performance.now()`, or null if none waits. */
  get oldestQueuedMs(): number | null {
    return this.#dispatch.oldest?.queuedMs ?? null;
  }

  /** How many lanes take requests. */
  get laneCount(): number {
    return this.#dispatch.lanes.length;
  }

  /** Takes an exchange: to a lane, into the queue, or it fails because the queue is full. */
  admit(exchange: Exchange): void {
    exchange.queuedMs = performance.now();
    const admission = this.#dispatch.admit(exchange);
    if (admission === 'refused') {
      exchange.fail(this.#full);
    } else if (admission === 'waits') {
      exchange.holder = this;
      this.#watchQueue();
    } else {
      this.#assign(exchange, admission);
    }
  }

  /** Takes exchanges again that a lane has given back; their wait counts from the first time. */
  readmit(exchanges: readonly Exchange[]): void {
    for (const exchange of exchanges) {
      if (exchange.isDone) continue;
      exchange.holder = this;
      this.#dispatch.readmit(exchange);
    }
    this.#watchQueue();
    this.serve();
  }

  /** These lanes take requests from now on. */
  open(lanes: readonly Lane[]): void {
    this.#dispatch.lanes = [...this.#dispatch.lanes, ...lanes];
    this.serve();
  }

  /** These lanes take no more requests. */
  close(lanes: readonly Lane[]): void {
    this.#dispatch.forget(lanes);
  }

  /** A lane may have room: lets through what can go. */
  serve(): void {
    if (this.waiting === 0) return;
    const nowMs = performance.now();
    for (let next = this.#dispatch.next(nowMs); next; next = this.#dispatch.next(nowMs)) {
      const { exchange, lane } = next;
      exchange.variables = withQueueTime(exchange.variables, nowMs - exchange.queuedMs);
      this.#assign(exchange, lane);
    }
    if (this.#dispatch.isHolding) this.#holdClock.start();
  }

  /** A request has ended on a lane: what it took is remembered, and the lane may have room. */
  ended(lane: Lane, exchange: Exchange): void {
    // A client that left says nothing about how long its request would have taken.
    if (exchange.outcome === 'cancelled') this.#dispatch.begins(lane);
    else this.#dispatch.ended(lane, exchange, exchange.endedMs - exchange.startedMs, exchange.endedMs);
    this.serve();
  }

  /** Fails everything that waits. */
  refuseAll(error: GatewayError): void {
    for (let next = this.#dispatch.oldest; next; next = this.#dispatch.oldest) {
      this.#dispatch.leave(next);
      next.fail(error);
    }
  }

  /** A lane has frames to send. They leave when the event loop has read all there is, in one write. */
  hasOutput(lane: Lane): void {
    if (this.#output.length === 0) setImmediate(() => this.#flush());
    if (!this.#output.includes(lane)) this.#output.push(lane);
  }

  /** Stops its timers. Nothing may wait any more. */
  stop(): void {
    this.#laneClock.close();
    this.#holdClock.close();
    if (this.#queueTimer) clearTimeout(this.#queueTimer);
  }

  cancelled(exchange: Exchange): void {
    this.#dispatch.clientLeft(exchange, performance.now());
    this.#onLeft();
  }

  drained(): void {
    // An exchange that waits has written nothing.
  }

  #assign(exchange: Exchange, lane: Lane): void {
    lane.assign(exchange);
    if (lane.load > 1) this.#laneClock.start();
  }

  /** Returns whether to look again. */
  #serveHeld(): boolean {
    this.serve();
    return this.#dispatch.isHolding;
  }

  #flush(): void {
    const lanes = this.#output;
    this.#output = [];
    for (const lane of lanes) lane.flush();
  }

  /** Takes back what waits behind a request that turned out to be slow. Returns whether to look again. */
  #lookAtLanes(): boolean {
    const nowMs = performance.now();
    let isAnyAhead = false;
    for (const lane of this.#dispatch.lanes) {
      if (lane.load < 2) continue;
      isAnyAhead = true;
      if (!lane.isRecalling && this.#dispatch.isLate(lane, nowMs)) lane.recall();
    }
    const isEager = this.#dispatch.isEager;
    if (isEager) this.serve();
    return isAnyAhead || isEager;
  }

  /** Refuses what has waited too long, at the moment it has; and sees to what is held back. */
  #watchQueue(): void {
    const { oldest, isHolding, isEager } = this.#dispatch;
    if (isHolding) this.#holdClock.start();
    if (isEager) this.#laneClock.start();
    if (!oldest) return;
    const dueMs = oldest.queuedMs + this.#options.queueTimeoutMs;
    if (this.#queueTimer) {
      if (this.#queueTimerDueMs <= dueMs) return;
      clearTimeout(this.#queueTimer);
    }
    this.#queueTimerDueMs = dueMs;
    const waitMs = Math.max(1, Math.ceil(dueMs - performance.now()));
    this.#queueTimer = setTimeout(() => this.#refuseLate(), waitMs);
  }

  #refuseLate(): void {
    this.#queueTimer = null;
    const before = performance.now() - this.#options.queueTimeoutMs;
    let next = this.#dispatch.oldest;
    for (; next && next.queuedMs <= before; next = this.#dispatch.oldest) {
      this.#dispatch.leave(next);
      next.fail(this.#late);
    }
    this.#watchQueue();
    this.#onLeft();
  }
}
