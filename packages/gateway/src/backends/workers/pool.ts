// Owns the worker processes of one application: how many there are, when they start, and when they have to end.

import { GatewayError } from '../../exchange/errors.ts';
import type { Backend, Exchange } from '../../exchange/exchange.ts';
import type { WorkerFacts } from './control-decoder.ts';
import { Crew } from './crew.ts';
import { Gate } from './gate.ts';
import { Generations, type GenerationOwner, type TurnoverKind } from './generations.ts';
import type { Lane } from './lane.ts';
import { LastRequests } from './last-requests.ts';
import type { PoolOptions, PoolReporter } from './pool-options.ts';
import { describeWorker, type PoolState, type PoolStatus } from './pool-status.ts';
import { startProcess, type StartProcess } from './process.ts';
import { RequestClocks, type OwnTimeouts } from './request-clocks.ts';
import { Restarter } from './restarter.ts';
import { leastNeeded, type ProcessRange } from './scale.ts';
import { Ticker } from './ticker.ts';
import type { TurnoverFailure } from './turnover.ts';
import { Upkeep } from './upkeep.ts';
import { makeSource } from './sources.ts';
import type { WorkerSource } from './worker-source.ts';
import { Watchdog, type WatchdogEvents } from './watchdog.ts';
import type { Ending, Worker, WorkerEvents } from './worker.ts';

/** How often running requests are held against their timeout. */
const CLOCK_MS = 100;
/** So late, nobody is judged before what has come meanwhile has been read. */
const CLOCK_LATE_MS = 250;

/** Runs exchanges in supervised worker processes. */
export class Pool implements Backend, WorkerEvents, GenerationOwner, WatchdogEvents {
  readonly #options: PoolOptions;
  readonly #reporter: PoolReporter;
  readonly #gate: Gate;
  readonly #source: WorkerSource;
  readonly #crew: Crew;
  readonly #generations: Generations;
  /** Those whose lanes the gate has. */
  readonly #opened = new WeakSet<Worker>();
  readonly #upkeep: Upkeep;
  readonly #watchdog: Watchdog;
  readonly #requestClocks: RequestClocks;
  readonly #restarter: Restarter;
  readonly #clock: Ticker;
  #state: PoolState = 'new';
  /** Workers that ended unasked. */
  #restarts = 0;
  readonly #lastRequests = new LastRequests();
  #onTried: (() => void) | null = null;
  readonly #onStopped: (() => void)[] = [];

  /** @param start how worker processes are started; by default for real */
  constructor(options: PoolOptions, reporter: PoolReporter, start: StartProcess = startProcess) {
    this.#options = options;
    this.#reporter = reporter;
    this.#gate = new Gate(options, () => this.#stopIfDone());
    this.#source = makeSource(options, reporter, start);
    this.#crew = new Crew(options, this, this.#source);
    this.#generations = new Generations(this.#crew, this);
    this.#upkeep = new Upkeep(options, {
      crew: this.#crew,
      generations: this.#generations,
      gate: this.#gate,
      threads: options.command.threads,
      changed: (reason) => this.#scaled(reason),
      recycling: (worker, reason) => reporter.recycling(worker.pid, reason),
    });
    this.#watchdog = new Watchdog(options, this);
    this.#requestClocks = new RequestClocks({
      requestTimeoutMs: options.requestTimeoutMs,
      firstByteTimeoutMs: options.firstByteTimeoutMs ?? null,
      streamIdleTimeoutMs: options.streamIdleTimeoutMs ?? null,
    });
    this.#restarter = new Restarter(options.command.directory, () => this.#adjust());
    this.#clock = new Ticker(CLOCK_MS, () => this.#look(), CLOCK_LATE_MS);
  }

  /** What the pool does at this moment. Costs a few reads of /proc for each worker. */
  status(): PoolStatus {
    const nowMs = performance.now();
    const { queueLength, name } = this.#options;
    const oldestMs = this.#gate.oldestQueuedMs;
    return {
      name,
      application: this.#options.command.target,
      state: this.#state,
      generation: this.#generations.current,
      isReloading: this.#generations.isReloading,
      processes: { ...this.#upkeep.range, wanted: this.countWanted },
      queue: {
        length: this.#gate.waiting,
        lengthMax: queueLength,
        oldestWaitMs: oldestMs === null ? null : Math.round(nowMs - oldestMs),
      },
      preload: this.#source.preload(this.#generations.current),
      restarts: this.#restarts,
      loadFailure: this.#restarter.loadFailure,
      crashLoop: this.#restarter.crashLoop,
      workers: [...this.#crew.all].map((worker) =>
        describeWorker(worker, this.#watchdog.stuckSinceMs(worker), nowMs),
      ),
    };
  }

  /** Processes that take requests now. */
  get readyWorkers(): number {
    return this.#gate.laneCount / this.#options.command.threads;
  }

  /** Starts the workers. Resolves once the first is ready or has failed; the pool goes on trying either way. */
  start(): Promise<void> {
    this.#state = 'running';
    this.#upkeep.start();
    return new Promise((resolve) => {
      this.#onTried = resolve;
      this.#adjust();
    });
  }

  /**
   * Loads the code of the application again, without a moment in which nobody serves: new workers first, and when they
   * are ready the old ones finish what they have. If the new code cannot be loaded, the old serves on. Resolves with
   * null, or with what went wrong.
   */
  reload(): Promise<TurnoverFailure | null> {
    return this.#generations.reload();
  }

  /** Has so many processes from now on: more are started, and those over the number finish what they have. */
  scale(range: ProcessRange): void {
    this.#upkeep.scale(range);
    this.#scaled('by command');
  }

  /**
   * Finishes what it has, up to the stop timeout, or as long as it takes if that is said, and ends the workers. Requests
   * that come now are refused.
   */
  stop(isPatient: boolean = false): Promise<void> {
    if (this.#state === 'stopped') return this.#source.close();
    this.#beginDraining();
    const { stopTimeoutMs } = this.#options;
    const deadline = isPatient ? undefined : setTimeout(() => this.stopNow(), stopTimeoutMs);
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
    this.#beginDraining();
    this.#gate.refuseAll(new GatewayError('SLUICE_STOPPING', 'the gateway was told to stop at once'));
    for (const worker of this.#crew.all)
      worker.kill('SLUICE_WORKER_DIED', 'was killed because the gateway stops');
    this.#stopIfDone();
  }

  handle(exchange: Exchange): void {
    exchange.destination = this.#crew;
    if (this.#state === 'draining' || this.#state === 'stopped') {
      exchange.fail(new GatewayError('SLUICE_STOPPING', 'the pool takes no more requests'));
      return;
    }
    const failure = this.#whyNobodyServes();
    if (failure) exchange.fail(failure);
    else this.#gate.admit(exchange);
    this.#clock.start();
  }

  get countWanted(): number {
    return this.#upkeep.wanted;
  }

  /** The same pool for requests with timeouts of their own; what is null in them is as usual. */
  withTimeouts(timeouts: OwnTimeouts): Backend {
    const { requestTimeoutMs, firstByteTimeoutMs, streamIdleTimeoutMs } = timeouts;
    if ((requestTimeoutMs ?? firstByteTimeoutMs ?? streamIdleTimeoutMs) === null) return this;
    return {
      handle: (exchange) => {
        this.#requestClocks.set(exchange, timeouts);
        this.handle(exchange);
      },
    };
  }

  ready(worker: Worker, facts: WorkerFacts): void {
    this.#reporter.workerReady(worker.pid, facts);
    this.#tried();
    // New workers of a turnover wait for each other, unless there is nobody else.
    if (!this.#generations.has(worker) || this.#gate.laneCount === 0) this.open([worker]);
    this.#generations.ready(worker);
  }

  open(workers: readonly Worker[]): void {
    const wasFailing = this.#restarter.loadFailure !== null;
    this.#restarter.loaded();
    if (wasFailing) this.#adjust();
    for (const worker of workers) {
      if (this.#opened.has(worker) || !worker.isReady) continue;
      this.#opened.add(worker);
      this.#gate.open(worker.lanes);
    }
  }

  isOpen(worker: Worker): boolean {
    return this.#opened.has(worker);
  }

  turnoverEnded(kind: TurnoverKind, failure: TurnoverFailure | null): void {
    this.#source.keepOnly(this.#generations.current);
    if (kind === 'reload') this.#reporter.reloaded(this.#generations.current, failure);
    this.#adjust();
    this.#stopIfDone();
  }

  loadFailed(worker: Worker, traceback: string): void {
    if (this.#generations.has(worker)) {
      const reason = 'the application could not be loaded';
      this.#generations.failed(worker, { reason, detail: traceback });
    } else if (!worker.isLeaving) {
      if (this.#restarter.loadFailed(traceback)) this.#reporter.applicationNotLoaded(worker.pid, traceback);
      if (this.#gate.laneCount === 0) this.#gate.refuseAll(notLoaded(traceback));
    }
  }

  withdrawn(worker: Worker): void {
    this.#gate.close(worker.lanes);
  }

  laneEnded(_worker: Worker, lane: Lane, exchange: Exchange): void {
    this.#gate.ended(lane, exchange);
    this.#stopIfDone();
  }

  returned(worker: Worker, exchanges: readonly Exchange[]): void {
    this.#gate.readmit(exchanges);
    this.#watchdog.answered(worker, performance.now());
    this.#stopIfDone();
  }

  laneHasOutput(lane: Lane): void {
    this.#gate.hasOutput(lane);
  }

  output(worker: Worker, text: string, exchange: Exchange | null): void {
    this.#reporter.output(worker.pid, text, exchange);
  }

  ended(worker: Worker, { reason, readyForMs, wasExpected, wasRetired }: Ending): void {
    this.#crew.remove(worker);
    this.#lastRequests.forget(worker);
    this.#watchdog.forget(worker);
    const mustRestart = this.#state === 'running' && !wasRetired && !this.#generations.has(worker);
    this.#generations.failed(worker, { reason: `worker ${worker.pid} ${reason}`, detail: '' });
    if (!wasExpected) this.#restarts++;
    const restartInMs = mustRestart
      ? this.#restarter.ended(
          { readyForMs, servedCount: worker.servedCount },
          `worker ${worker.pid} ${reason}`,
        )
      : null;
    this.#reporter.workerEnded(worker.pid, reason, wasExpected, restartInMs);
    const failure = this.#whyNobodyServes();
    if (failure) this.#gate.refuseAll(failure);
    this.#tried();
    this.#stopIfDone();
  }

  stuck(worker: Worker, unansweredMs: number): void {
    this.#gate.close(worker.lanes);
    const running = worker.lanes.flatMap((lane) => lane.running ?? []);
    this.#reporter.workerStuck(worker.pid, unansweredMs, running);
    worker.printStacks();
  }

  unstuck(worker: Worker, unansweredMs: number): void {
    this.#reporter.workerUnstuck(worker.pid, unansweredMs);
    if (worker.isReady && this.#opened.has(worker)) this.#gate.open(worker.lanes);
  }

  hopeless(worker: Worker, unansweredMs: number): void {
    const seconds = (unansweredMs / 1000).toFixed(1);
    worker.kill(
      'SLUICE_WORKER_STUCK',
      `was killed: it has done nothing else for ${seconds} s (stuck_timeout)`,
    );
  }

  #beginDraining(): void {
    this.#state = 'draining';
    this.#restarter.close();
    this.#upkeep.stop();
    this.#generations.cancel('the gateway stops');
  }

  /** Starts as many workers as are missing; a single one to try as long as the application cannot be loaded. */
  #adjust(): void {
    if (this.#state !== 'running') return;
    const staying = this.#crew.staying.filter((worker) => !this.#generations.has(worker));
    const missing = this.countWanted - staying.length;
    const isTrying = staying.some(({ state }) => state !== 'ready');
    const startMax = this.#restarter.loadFailure === null ? missing : Math.min(missing, isTrying ? 0 : 1);
    for (let started = 0; started < startMax; started++) this.#crew.start(this.#generations.current);
    for (const worker of leastNeeded(staying, -missing)) worker.retire();
  }

  /** Why nobody will serve a request soon; null if somebody may. */
  #whyNobodyServes(): GatewayError | null {
    if (this.#gate.laneCount > 0) return null;
    const { loadFailure, crashLoop } = this.#restarter;
    if (loadFailure !== null) return notLoaded(loadFailure);
    if (crashLoop === null || this.#crew.staying.length > 0) return null;
    return new GatewayError(
      'SLUICE_CRASH_LOOP',
      `the workers keep ending before they are ready: ${crashLoop}`,
    );
  }

  #tried(): void {
    this.#onTried?.();
    this.#onTried = null;
  }

  #scaled(reason: string): void {
    this.#reporter.scaled(this.countWanted, reason);
    this.#adjust();
  }

  /** Looks after what runs and what waits. Returns whether to look again. */
  #look(): boolean {
    const nowMs = performance.now();
    let isAnyRunning = false;
    for (const worker of this.#crew.all) {
      this.#watchdog.look(worker, nowMs);
      for (const lane of worker.lanes) {
        if (!lane.running) continue;
        isAnyRunning = true;
        const overdue = this.#requestClocks.overdue(worker, lane, nowMs);
        if (overdue) this.#timeOut(worker, overdue.exchange, overdue.reason, nowMs);
      }
    }
    this.#lastRequests.look(nowMs);
    if (this.#state === 'running') this.#upkeep.grow(nowMs);
    return isAnyRunning || this.#gate.waiting > 0;
  }

  /** Answers a request that is overdue and retires its worker; also where the client has gone: the thread is stuck. */
  #timeOut(worker: Worker, exchange: Exchange, why: string, nowMs: number): void {
    const reason = `request ${exchange.id} ${why}`;
    exchange.fail(new GatewayError('SLUICE_REQUEST_TIMEOUT', reason));
    worker.retire();
    this.#adjust();
    this.#lastRequests.begin(worker, reason, nowMs);
  }

  #stopIfDone(): void {
    if (this.#state !== 'draining') return;
    const workers = [...this.#crew.all];
    if (workers.length > 0) {
      // A request that waits behind a running one may come back, and then needs a worker that is still there.
      const isAnyAhead = workers.some(({ lanes }) => lanes.some((lane) => lane.load > 1));
      if (this.#gate.waiting > 0 || isAnyAhead) return;
      for (const worker of workers) if (worker.isIdle) worker.retire(true);
      return;
    }
    this.#gate.refuseAll(new GatewayError('SLUICE_STOPPING', 'the last worker has ended'));
    this.#state = 'stopped';
    this.#clock.close();
    this.#gate.stop();
    void this.#source.close().then(() => {
      for (const resolve of this.#onStopped) resolve();
    });
  }
}

function notLoaded(traceback: string): GatewayError {
  const message = 'the application could not be loaded';
  return new GatewayError('SLUICE_APPLICATION_NOT_LOADED', message, { detail: traceback });
}
