// Owns admission: the exchanges that wait for a lane, and which lane each one goes to. It knows lanes, not processes.

import { GatewayError } from '../../exchange/errors.ts';
import type { Exchange, Holder } from '../../exchange/exchange.ts';
import type { Lane } from './lane.ts';
import { chooseLane } from './look-ahead.ts';
import { Queue } from './queue.ts';
import { Ticker } from './ticker.ts';

/** Limits of a gate. Times are milliseconds. */
export interface GateOptions {
  /** Exchanges that may wait for a lane. */
  readonly queueLength: number;
  readonly queueTimeoutMs: number;
  /** Requests that may be handed to a lane besides the running one; 0 for none. */
  readonly lookAhead: number;
  /** Age of a running request at which what waits behind it is taken back. */
  readonly recallAfterMs: number;
}

/** Lets exchanges through to lanes: at once, or after they have waited in one queue, or not at all. */
export class Gate implements Holder {
  readonly #options: GateOptions;
  readonly #onLeft: () => void;
  readonly #queue = new Queue();
  readonly #recallClock: Ticker;
  /** Lanes that take requests. */
  #lanes: readonly Lane[] = [];
  /** Lanes with frames to send when the event loop has read all there is. */
  #output: Lane[] = [];
  #queueTimer: NodeJS.Timeout | null = null;
  #queueTimerDueMs = 0;

  /** @param onLeft called when an exchange has left the queue without reaching a lane */
  constructor(options: GateOptions, onLeft: () => void) {
    this.#options = options;
    this.#onLeft = onLeft;
    this.#recallClock = new Ticker(Math.max(1, options.recallAfterMs / 2), () => this.#recallStuck());
  }

  /** How many exchanges wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** How many lanes take requests. */
  get laneCount(): number {
    return this.#lanes.length;
  }

  /** Takes an exchange: to a lane, into the queue, or it fails because the queue is full. */
  admit(exchange: Exchange): void {
    exchange.queuedMs = performance.now();
    if (this.#queue.length === 0 && this.#tryAssign(exchange)) return;
    if (this.#queue.length >= this.#options.queueLength) {
      exchange.fail(new GatewayError('SLUICE_QUEUE_FULL', `${this.#queue.length} requests wait already`));
      return;
    }
    exchange.holder = this;
    this.#queue.push(exchange);
    this.#watchQueue();
  }

  /** Takes exchanges again that a lane has given back; their wait counts from the first time. */
  readmit(exchanges: readonly Exchange[]): void {
    for (const exchange of exchanges) {
      if (exchange.isDone) continue;
      exchange.holder = this;
      this.#queue.rejoin(exchange);
    }
    this.#watchQueue();
    this.serve();
  }

  /** These lanes take requests from now on. */
  open(lanes: readonly Lane[]): void {
    this.#lanes = [...this.#lanes, ...lanes];
    this.serve();
  }

  /** These lanes take no more requests. */
  close(lanes: readonly Lane[]): void {
    this.#lanes = this.#lanes.filter((lane) => !lanes.includes(lane));
  }

  /** A lane may have room: lets through what can go. */
  serve(): void {
    for (let next = this.#queue.first; next && this.#tryAssign(next); next = this.#queue.first) {
      this.#queue.delete(next);
    }
  }

  /** Fails everything that waits. */
  refuseAll(error: GatewayError): void {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) next.fail(error);
  }

  /** A lane has frames to send. They leave when the event loop has read all there is, in one write. */
  hasOutput(lane: Lane): void {
    if (this.#output.length === 0) setImmediate(() => this.#flush());
    if (!this.#output.includes(lane)) this.#output.push(lane);
  }

  /** Stops its timers. Nothing may wait any more. */
  stop(): void {
    this.#recallClock.stop();
    if (this.#queueTimer) clearTimeout(this.#queueTimer);
  }

  cancelled(exchange: Exchange): void {
    this.#queue.delete(exchange);
    this.#onLeft();
  }

  drained(): void {
    // An exchange that waits has written nothing.
  }

  #tryAssign(exchange: Exchange): boolean {
    const loadMax = 1 + this.#options.lookAhead;
    const lane = chooseLane(this.#lanes, loadMax, exchange.body.kind === 'stream');
    if (!lane) return false;
    lane.assign(exchange);
    if (lane.load > 1) this.#recallClock.start();
    return true;
  }

  #flush(): void {
    const lanes = this.#output;
    this.#output = [];
    for (const lane of lanes) lane.flush();
  }

  /** Takes back what waits behind a request that turned out to be slow. Returns whether to look again. */
  #recallStuck(): boolean {
    const before = performance.now() - this.#options.recallAfterMs;
    let isAnyAhead = false;
    for (const lane of this.#lanes) {
      if (lane.load < 2) continue;
      isAnyAhead = true;
      if (lane.runningSinceMs < before && !lane.isRecalling) lane.recall();
    }
    return isAnyAhead;
  }

  /** Refuses what has waited too long, at the moment it has. */
  #watchQueue(): void {
    const first = this.#queue.first;
    if (!first) return;
    const dueMs = first.queuedMs + this.#options.queueTimeoutMs;
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
    const { queueTimeoutMs } = this.#options;
    const before = performance.now() - queueTimeoutMs;
    for (let next = this.#queue.first; next && next.queuedMs <= before; next = this.#queue.first) {
      this.#queue.delete(next);
      next.fail(new GatewayError('SLUICE_QUEUE_TIMEOUT', `waited ${queueTimeoutMs} ms for a worker`));
    }
    this.#watchQueue();
    this.#onLeft();
  }
}
