// Owns one worker in the eyes of the gateway: its state, its lanes, and what its death means for their requests.
//
//   starting ──READY──▶ ready ──retire──▶ retiring ──▶ ended
//       └──LOAD_FAILED, start-up timeout, death──────────▲

import { GatewayError, type FailureCode } from '../../exchange/errors.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { describeExit, plainExit } from './cause-of-death.ts';
import { ControlDecoder, type ControlEvents, type WorkerFacts } from './control-decoder.ts';
import { encodeFrame, FRAME, WireError } from './frames.ts';
import { Lane, type LaneOwner } from './lane.ts';
import { oomKillCount } from './oom.ts';
import type { Exit, ProcessEvents, ProcessHandle } from './process.ts';
import { startFailure } from './start-failure.ts';

/** What a worker tells its pool. */
export interface WorkerEvents {
  ready(worker: Worker, facts: WorkerFacts): void;
  loadFailed(worker: Worker, traceback: string): void;
  /** It takes no more requests. May come more than once, and before it was ready. */
  withdrawn(worker: Worker): void;
  /** A request ended and the lane has room. */
  laneEnded(worker: Worker, lane: Lane, exchange: Exchange): void;
  /** Requests that have not been begun and are free again, oldest first. */
  returned(worker: Worker, exchanges: readonly Exchange[]): void;
  laneHasOutput(lane: Lane): void;
  /** A line the process printed, or text an application wrote to `wsgi.errors` for an exchange. */
  output(worker: Worker, text: string, exchange: Exchange | null): void;
  /** The last event. The requests it held have been answered or returned. */
  ended(worker: Worker, ending: Ending): void;
}

/** Why a worker is no more. */
export interface Ending {
  /** In words, for the log: exit status, signal, or what it did wrong. */
  readonly reason: string;
  /** How long it had been ready, or null if it never was. */
  readonly readyForMs: number | null;
  /** Whether it was asked to. */
  readonly wasExpected: boolean;
  /** Whether it had been retired: whoever did that has seen to its replacement. */
  readonly wasRetired: boolean;
}

/** What is fixed about a worker when it is started. */
export interface WorkerInit {
  /** Which load of the code it belongs to. */
  readonly generation: number;
  readonly startupTimeoutMs: number;
  /** What its pool is called where a route leads to it. */
  readonly target: string;
}

/** How long a worker that has closed a channel may take to end before it is killed. */
const END_WITHIN_MS = 1_000;

/**
 * How long a worker may take to end that has nothing to do and has been told to: twice the time after which it ends itself, so
 * that this is only for those that can do nothing at all.
 */
const CLOSE_WITHIN_MS = 10_000;

/** How long a worker may take to print its stacks before it is killed all the same. */
const STACKS_WITHIN_MS = 1_000;

/** Where a worker is in its life. */
export type WorkerState = 'starting' | 'ready' | 'retiring' | 'ended';

const NOTHING = Buffer.alloc(0);

/** One Python process that runs the application. */
export class Worker implements LaneOwner, ControlEvents, ProcessEvents {
  readonly lanes: readonly Lane[];
  readonly target: string;
  readonly generation: number;
  /** When it was started, by `performance.now()`. */
  readonly startedMs: number = performance.now();
  /** Requests that have ended on its lanes, however they did. */
  servedCount = 0;
  /** Since when none of its lanes has had a request, by `performance.now()`; of no meaning while one has. */
  idleSinceMs: number = this.startedMs;
  readonly #events: WorkerEvents;
  readonly #receivedBytes: number[] = [];
  readonly #oomKills: number | null = oomKillCount();
  readonly #process: ProcessHandle;
  readonly #control: ControlDecoder = new ControlDecoder(this);
  readonly #startup: NodeJS.Timeout;
  #state: WorkerState = 'starting';
  #isRetired = false;
  #readyAtMs: number | null = null;
  #isClosing = false;
  #abortTimer: NodeJS.Timeout | null = null;
  #endTimer: NodeJS.Timeout | null = null;
  /** What it sent that could not be understood; nothing more is read there. */
  readonly #garbled = new Set<Lane | ControlDecoder>();
  /** Why the gateway killed it, if it did. */
  #killedFor: { code: FailureCode; reason: string } | null = null;

  constructor(init: WorkerInit, events: WorkerEvents, start: (events: ProcessEvents) => ProcessHandle) {
    const { generation, startupTimeoutMs, target } = init;
    this.target = target;
    this.generation = generation;
    this.#events = events;
    this.#process = start(this);
    this.lanes = this.#process.lanes.map((socket, index) => new Lane(index, socket, this));
    this.#startup = setTimeout(() => {
      this.kill('SLUICE_WORKER_DIED', `was not ready within ${startupTimeoutMs} ms (startup_timeout)`);
    }, startupTimeoutMs);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** Whether it has been told to end, gently or not. */
  get isLeaving(): boolean {
    return this.#isRetired || this.#killedFor !== null;
  }

  /** Whether it takes requests. */
  get isReady(): boolean {
    return this.#state === 'ready' && this.#killedFor === null;
  }

  /** Whether none of its lanes has a request. */
  get isIdle(): boolean {
    return this.lanes.every((lane) => lane.load === 0);
  }

  get busyLanes(): number {
    let count = 0;
    for (const { load } of this.lanes) if (load > 0) count++;
    return count;
  }

  /** When the oldest RECALL that it has not answered was sent, by `performance.now()`; null if it has answered all. */
  get unansweredSinceMs(): number | null {
    let sinceMs: number | null = null;
    for (const { isRecalling, recalledMs } of this.lanes) {
      if (isRecalling && (sinceMs === null || recalledMs < sinceMs)) sinceMs = recalledMs;
    }
    return sinceMs;
  }

  /** How much has come on one of its lanes. */
  receivedBytes(lane: Lane): number {
    return this.#receivedBytes[lane.index] ?? 0;
  }

  recall(lane: Lane): void {
    this.#process.control.write(encodeFrame(FRAME.recall, 0, lane.index, NOTHING));
  }

  /**
   * Takes no more requests, gives back what has not been begun, and ends when its lanes are idle.
   *
   * @param isLast whether nobody comes after it: if it is not ready yet it ends at once, since nobody waits for that
   */
  retire(isLast: boolean = false): void {
    if (this.#state === 'ended') return;
    if (isLast && this.#readyAtMs === null) this.#process.kill();
    this.#state = 'retiring';
    this.#isRetired = true;
    this.#events.withdrawn(this);
    for (const lane of this.lanes) if (lane.load > 1 && !lane.isRecalling) lane.recall();
    this.#closeIfIdle();
  }

  /** Ends it now. What it had begun fails with the code; the reason is for the log. */
  kill(code: FailureCode, reason: string): void {
    this.#killedFor ??= { code, reason };
    this.#events.withdrawn(this);
    this.#process.kill();
  }

  /** Has it print where each of its threads is; it goes on. Only when it has been ready. */
  printStacks(): void {
    if (this.#readyAtMs !== null) this.#process.printStacks();
  }

  /** As `kill`, but first it prints where each of its threads is stuck. */
  abort(code: FailureCode, reason: string): void {
    this.#killedFor ??= { code, reason };
    this.#events.withdrawn(this);
    this.#process.abort();
    this.#abortTimer ??= setTimeout(() => this.#process.kill(), STACKS_WITHIN_MS);
  }

  requestEnded(lane: Lane, exchange: Exchange): void {
    this.servedCount++;
    this.idleSinceMs = performance.now();
    if (this.#state === 'retiring') this.#closeIfIdle();
    this.#events.laneEnded(this, lane, exchange);
  }

  requestCancelled(lane: Lane, tag: number): void {
    const payload = Buffer.allocUnsafe(2);
    payload.writeUInt16BE(tag);
    this.#process.control.write(encodeFrame(FRAME.cancel, 0, lane.index, payload));
  }

  hasOutput(lane: Lane): void {
    this.#events.laneHasOutput(lane);
  }

  applicationLog(exchange: Exchange, text: string): void {
    this.#events.output(this, text, exchange);
  }

  ready(facts: WorkerFacts): void {
    if (this.#state !== 'starting') return;
    this.#state = 'ready';
    this.#readyAtMs = performance.now();
    this.idleSinceMs = this.#readyAtMs;
    clearTimeout(this.#startup);
    this.#events.ready(this, facts);
  }

  loadFailed(traceback: string): void {
    // It ends by itself, and what there is to say has been said.
    this.#state = 'retiring';
    this.#events.loadFailed(this, traceback);
  }

  returned(laneIndex: number, tags: readonly number[]): void {
    const lane = this.lanes[laneIndex];
    if (!lane?.isRecalling) throw new WireError(`RETURNED for lane ${laneIndex}, which was not recalled`);
    const exchanges = lane.takeBack(tags);
    if (this.#state === 'retiring') this.#closeIfIdle();
    this.#events.returned(this, exchanges);
  }

  controlData(chunk: Buffer): void {
    this.#understand(this.#control, chunk);
  }

  laneData(index: number, chunk: Buffer): number {
    const lane = this.lanes[index];
    if (!lane) return 0;
    this.#receivedBytes[index] = (this.#receivedBytes[index] ?? 0) + chunk.length;
    this.#understand(lane, chunk);
    return lane.bodyBytesLeft;
  }

  laneDrained(index: number): void {
    this.lanes[index]?.writable();
  }

  laneUnread(index: number): void {
    this.lanes[index]?.unread();
  }

  channelClosed(name: string): void {
    if (this.#isClosing) return;
    this.#events.withdrawn(this);
    // Nearly always it is about to end, and how it does will say more.
    this.#endTimer ??= setTimeout(() => {
      this.kill('SLUICE_WORKER_PROTOCOL', `closed its end of ${name} and went on`);
    }, END_WITHIN_MS);
  }

  outputLine(line: string): void {
    this.#events.output(this, line, null);
  }

  exited(exit: Exit, error: Error | null): void {
    clearTimeout(this.#startup);
    if (this.#abortTimer) clearTimeout(this.#abortTimer);
    if (this.#endTimer) clearTimeout(this.#endTimer);
    const wasExpected = this.#state === 'retiring' && this.#killedFor === null;
    this.#state = 'ended';
    this.#events.withdrawn(this);
    const code = this.#killedFor?.code ?? 'SLUICE_WORKER_DIED';
    const reason =
      this.#killedFor?.reason ?? (error ? startFailure(error) : this.#describe(exit, wasExpected));
    const failed: Exchange[] = [];
    const unbegun: Exchange[] = [];
    for (const lane of this.lanes) {
      const { begun, waiting } = lane.abandon();
      if (begun) failed.push(begun);
      // How far a lane has come is not known if it could not be understood: nothing on it may be run again.
      const isUnknown = this.#garbled.has(lane) || exit.isStillThere === true;
      (isUnknown ? failed : unbegun).push(...waiting);
    }
    this.#events.returned(this, unbegun);
    for (const exchange of failed) exchange.fail(new GatewayError(code, `worker ${this.pid} ${reason}`));
    const readyForMs = this.#readyAtMs === null ? null : performance.now() - this.#readyAtMs;
    this.#events.ended(this, { reason, readyForMs, wasExpected, wasRetired: this.#isRetired });
  }

  #understand(receiver: Lane | ControlDecoder, chunk: Buffer): void {
    if (this.#garbled.has(receiver)) return;
    try {
      receiver.receive(chunk);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#garbled.add(receiver);
      const where = receiver instanceof Lane ? `lane ${receiver.index}` : 'the control channel';
      const place = `the frame at byte ${receiver.frameOffset} of ${where}`;
      this.kill('SLUICE_WORKER_PROTOCOL', `broke the worker wire, in ${place}: ${error.message}`);
    }
  }

  #describe(exit: Exit, wasExpected: boolean): string {
    if (wasExpected) return plainExit(exit);
    const after = exit.signal === 'SIGKILL' ? oomKillCount() : null;
    return describeExit(exit, { before: this.#oomKills, after });
  }

  #closeIfIdle(): void {
    if (this.#isClosing || !this.isIdle) return;
    this.#isClosing = true;
    this.#process.close();
    this.#endTimer ??= setTimeout(() => {
      this.abort('SLUICE_WORKER_DIED', `did not end within ${CLOSE_WITHIN_MS} ms after it was told to`);
    }, CLOSE_WITHIN_MS);
  }
}
