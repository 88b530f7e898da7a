// Owns the workers of one application and the queue in front of them: who runs which request, and when.

import { GatewayError } from '../../exchange/errors.ts';
import type { Backend, Exchange, Holder } from '../../exchange/exchange.ts';
import type { WorkerFacts } from './control-decoder.ts';
import type { Lane } from './lane.ts';
import { chooseLane } from './look-ahead.ts';
import type { PoolOptions, PoolReporter } from './pool-options.ts';
import { startProcess, type StartProcess } from './process.ts';
import { Queue } from './queue.ts';
import { Restarter } from './restarter.ts';
import { Ticker } from './ticker.ts';
import { Worker, type Ending, type WorkerEvents } from './worker.ts';

/** How often running requests are held against their timeout. */
const CLOCK_MS = 100;
/** A worker whose request timed out is killed at once when idle, and after this if other requests still run in it. */
const LAST_REQUESTS_MS = 5_000;

type State = 'new' | 'running' | 'draining' | 'stopped';

/** Runs exchanges in supervised worker processes. */
export class Pool implements Backend, Holder, WorkerEvents {
  readonly #options: PoolOptions;
  readonly #reporter: PoolReporter;
  readonly #startProcess: StartProcess;
  readonly #queue = new Queue();
  readonly #workers = new Set<Worker>();
  readonly #restarter: Restarter;
  readonly #clock: Ticker;
  readonly #recallClock: Ticker;
  /** Lanes of ready workers. */
  #lanes: Lane[] = [];
  /** Lanes with frames to send when the event loop has read all there is. */
  #output: Lane[] = [];
  #state: State = 'new';
  /** Requests that ran too long: nothing more is done about them. */
  readonly #overdue = new WeakSet<Exchange>();
  #queueTimer: NodeJS.Timeout | null = null;
  #queueTimerDueMs = 0;
  #onTried: (() => void) | null = null;
  readonly #onStopped: (() => void)[] = [];

  /** @param start how worker processes are started; by default for real */
  constructor(options: PoolOptions, reporter: PoolReporter, start: StartProcess = startProcess) {
    this.#options = options;
    this.#reporter = reporter;
    this.#startProcess = start;
    this.#restarter = new Restarter(options.command.directory, () => this.#fill());
    this.#clock = new Ticker(CLOCK_MS, () => this.#checkTimeouts());
    this.#recallClock = new Ticker(Math.max(1, options.recallAfterMs / 2), () => this.#recallStuck());
  }

  /** Processes that take requests now. */
  get readyWorkers(): number {
    return this.#lanes.length / this.#options.command.threads;
  }

  /** Starts the workers. Resolves once the first is ready or has failed; the pool goes on trying either way. */
  start(): Promise<void> {
    this.#state = 'running';
    return new Promise((resolve) => {
      this.#onTried = resolve;
      this.#fill();
    });
  }

  /** Finishes what it has, up to the stop timeout, and ends the workers. Requests that come now are refused. */
  stop(): Promise<void> {
    if (this.#state === 'stopped') return Promise.resolve();
    this.#state = 'draining';
    this.#restarter.close();
    const deadline = setTimeout(() => this.stopNow(), this.#options.stopTimeoutMs);
    return new Promise((resolve) => {
      this.#onStopped.push(() => {
        clearTimeout(deadline);
        resolve();
      });
      this.#stopIfDone();
    });
  }

  /** Ends the workers now. What they had begun fails, and what waits is refused. */
  stopNow(): void {
    this.#state = 'draining';
    this.#restarter.close();
    this.#refuseAll(new GatewayError('SLUICE_STOPPING', 'the gateway was told to stop at once'));
    for (const worker of this.#workers)
      worker.kill('SLUICE_WORKER_DIED', 'was killed because the gateway stops');
    this.#stopIfDone();
  }

  handle(exchange: Exchange): void {
    if (this.#state === 'draining' || this.#state === 'stopped') {
      exchange.fail(new GatewayError('SLUICE_STOPPING', 'the pool takes no more requests'));
      return;
    }
    exchange.queuedMs = performance.now();
    if (this.#queue.length === 0 && this.#tryAssign(exchange)) return;
    const traceback = this.#restarter.loadFailure;
    if (traceback !== null && this.#lanes.length === 0) {
      const message = 'the application could not be loaded';
      exchange.fail(new GatewayError('SLUICE_APPLICATION_NOT_LOADED', message, { detail: traceback }));
    } else if (this.#queue.length >= this.#options.queueLength) {
      exchange.fail(new GatewayError('SLUICE_QUEUE_FULL', `${this.#queue.length} requests wait already`));
    } else {
      exchange.holder = this;
      this.#queue.push(exchange);
      this.#watchQueue();
    }
  }

  cancelled(exchange: Exchange): void {
    this.#queue.delete(exchange);
    this.#stopIfDone();
  }

  drained(): void {
    // An exchange that waits has written nothing.
  }

  ready(worker: Worker, facts: WorkerFacts): void {
    this.#restarter.loaded();
    this.#lanes = [...this.#lanes, ...worker.lanes];
    this.#reporter.workerReady(worker.pid, facts);
    this.#tried();
    this.#fill();
    this.#serveQueue();
  }

  loadFailed(worker: Worker, traceback: string): void {
    if (this.#restarter.loadFailed(traceback)) this.#reporter.applicationNotLoaded(worker.pid, traceback);
    if (this.#lanes.length > 0) return;
    const message = 'the application could not be loaded';
    this.#refuseAll(new GatewayError('SLUICE_APPLICATION_NOT_LOADED', message, { detail: traceback }));
  }

  withdrawn(worker: Worker): void {
    this.#lanes = this.#lanes.filter((lane) => !worker.lanes.includes(lane));
  }

  laneEnded(): void {
    this.#serveQueue();
    this.#stopIfDone();
  }

  returned(_worker: Worker, exchanges: readonly Exchange[]): void {
    for (const exchange of exchanges) {
      if (exchange.isDone) continue;
      exchange.holder = this;
      this.#queue.rejoin(exchange);
    }
    this.#watchQueue();
    this.#serveQueue();
    this.#stopIfDone();
  }

  laneHasOutput(lane: Lane): void {
    if (this.#output.length === 0) setImmediate(() => this.#flush());
    if (!this.#output.includes(lane)) this.#output.push(lane);
  }

  output(worker: Worker, text: string, exchange: Exchange | null): void {
    this.#reporter.output(worker.pid, text, exchange);
  }

  ended(worker: Worker, { reason, readyForMs, wasExpected }: Ending): void {
    this.#workers.delete(worker);
    const restartInMs = this.#state === 'running' ? this.#restarter.ended(readyForMs) : null;
    this.#reporter.workerEnded(worker.pid, reason, wasExpected, restartInMs);
    this.#tried();
    this.#stopIfDone();
  }

  /** Starts as many workers as are missing; a single one to try as long as the application cannot be loaded. */
  #fill(): void {
    const wanted = this.#restarter.loadFailure === null ? this.#options.processes : 1;
    while (this.#state === 'running' && this.#workers.size < wanted) {
      const { command, startupTimeoutMs } = this.#options;
      this.#workers.add(new Worker(command, startupTimeoutMs, this, this.#startProcess));
    }
  }

  #tried(): void {
    this.#onTried?.();
    this.#onTried = null;
  }

  #tryAssign(exchange: Exchange): boolean {
    const loadMax = 1 + this.#options.lookAhead;
    const lane = chooseLane(this.#lanes, loadMax, exchange.body.kind === 'stream');
    if (!lane) return false;
    lane.assign(exchange);
    this.#clock.start();
    if (lane.load > 1) this.#recallClock.start();
    return true;
  }

  #serveQueue(): void {
    for (let next = this.#queue.first; next && this.#tryAssign(next); next = this.#queue.first) {
      this.#queue.delete(next);
    }
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
    for (const worker of this.#workers) {
      for (const lane of worker.lanes) {
        if (lane.load < 2) continue;
        isAnyAhead = true;
        if (lane.runningSinceMs < before && !lane.isRecalling) worker.recall(lane);
      }
    }
    return isAnyAhead;
  }

  /**
   * Answers requests that run too long, and retires their workers; also where the client has gone, because the thread
   * is stuck all the same. Returns whether to look again.
   */
  #checkTimeouts(): boolean {
    const before = performance.now() - this.#options.requestTimeoutMs;
    let isAnyRunning = false;
    for (const worker of this.#workers) {
      for (const lane of worker.lanes) {
        if (!lane.running) continue;
        isAnyRunning = true;
        if (lane.runningSinceMs < before && !this.#overdue.has(lane.running))
          this.#timeOut(worker, lane.running);
      }
    }
    return isAnyRunning;
  }

  #timeOut(worker: Worker, exchange: Exchange): void {
    this.#overdue.add(exchange);
    const reason = `ran for more than ${this.#options.requestTimeoutMs} ms (request_timeout)`;
    exchange.fail(new GatewayError('SLUICE_REQUEST_TIMEOUT', `request ${exchange.id} ${reason}`));
    worker.retire();
    const abort = (): void =>
      worker.abort('SLUICE_WORKER_DIED', `was killed: request ${exchange.id} ${reason}`);
    const isAlone = worker.lanes.every((lane) => lane.running === null || lane.running.isDone);
    if (isAlone) abort();
    else setTimeout(abort, LAST_REQUESTS_MS).unref();
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
    this.#queueTimer = setTimeout(
      () => {
        this.#queueTimer = null;
        const before = performance.now() - this.#options.queueTimeoutMs;
        for (let next = this.#queue.first; next && next.queuedMs <= before; next = this.#queue.first) {
          this.#queue.delete(next);
          next.fail(
            new GatewayError(
              'SLUICE_QUEUE_TIMEOUT',
              `waited ${this.#options.queueTimeoutMs} ms for a worker`,
            ),
          );
        }
        this.#watchQueue();
        this.#stopIfDone();
      },
      Math.max(1, Math.ceil(dueMs - performance.now())),
    );
  }

  #refuseAll(error: GatewayError): void {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) next.fail(error);
  }

  #stopIfDone(): void {
    if (this.#state !== 'draining') return;
    if (this.#workers.size > 0) {
      // A request that waits behind a running one may come back, and then needs a worker that is still there.
      const isAnyAhead = [...this.#workers].some(({ lanes }) => lanes.some((lane) => lane.load > 1));
      if (this.#queue.length > 0 || isAnyAhead) return;
      for (const worker of this.#workers) if (worker.isIdle) worker.retire();
      return;
    }
    this.#refuseAll(new GatewayError('SLUICE_STOPPING', 'the last worker has ended'));
    this.#state = 'stopped';
    this.#clock.stop();
    this.#recallClock.stop();
    if (this.#queueTimer) clearTimeout(this.#queueTimer);
    for (const resolve of this.#onStopped) resolve();
  }
}
