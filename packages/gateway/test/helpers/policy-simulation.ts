// A pool in simulated time: requests, lanes that take as long as they are told, and a policy between them.
import type { DispatchLane } from '../../src/backends/workers/dispatch.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { DiscreteEvents } from './discrete-events.ts';
import { makeExchange } from './exchanges.ts';
import type { Dispatcher } from './plain-fifo.ts';

/** A request and what became of it. Times are milliseconds of simulated time. */
export interface Job {
  readonly exchange: Exchange;
  readonly path: string;
  /** How long a lane is busy with it. */
  readonly takesMs: number;
  readonly arrivedMs: number;
  readonly whenOver: () => void;
  startedMs: number | null;
  endedMs: number | null;
  /** The client left the queue. */
  hasLeft: boolean;
  /** Answered with 503: no place in the queue, or the deadline. */
  isRefused: boolean;
}

/** Age of a running request at which those behind it are taken back. */
export const RECALL_AFTER_MS = 5;
const CLOCK_MS = 2.5;

/** A lane: the first in line runs. */
export class SimulatedLane implements DispatchLane {
  readonly line: Job[] = [];
  runningSinceMs = 0;
  mayLookAhead = true;
  readonly busyAround = 0;
  readonly isRecalling = false;

  get load(): number {
    return this.line.length;
  }

  get running(): Exchange | null {
    return this.line[0]?.exchange ?? null;
  }
}

/** What a run is about. */
export interface PolicySimulationOptions {
  readonly laneCount: number;
  readonly queueTimeoutMs: number;
  readonly dispatcher: Dispatcher;
  /** Clients leave the queue after this, and the gateway is told; default never. */
  readonly patienceMs?: number;
  /** How long a lane that has nothing waits for what it is sent: two processes have to wake up. Default 0. */
  readonly wakeUpMs?: number;
}

/** One run. Nothing in it depends on real time. */
export class PolicySimulation {
  readonly events: DiscreteEvents = new DiscreteEvents();
  readonly jobs: Job[] = [];
  readonly #dispatcher: Dispatcher;
  readonly #queueTimeoutMs: number;
  readonly #patienceMs: number;
  readonly #wakeUpMs: number;
  readonly #jobOf = new Map<Exchange, Job>();
  readonly #lanes: readonly SimulatedLane[];

  constructor({ laneCount, queueTimeoutMs, dispatcher, ...others }: PolicySimulationOptions) {
    this.#dispatcher = dispatcher;
    this.#queueTimeoutMs = queueTimeoutMs;
    this.#patienceMs = others.patienceMs ?? Infinity;
    this.#wakeUpMs = others.wakeUpMs ?? 0;
    this.#lanes = Array.from({ length: laneCount }, () => new SimulatedLane());
    dispatcher.lanes = this.#lanes;
    this.events.at(CLOCK_MS, () => this.#tick());
  }

  /** A request comes now. @param whenOver called when it has been answered, one way or the other */
  arrive(path: string, takesMs: number, whenOver: () => void = () => {}): void {
    const { exchange } = makeExchange({ variables: { PATH_INFO: path } });
    const { nowMs } = this.events;
    exchange.queuedMs = nowMs;
    const common = { startedMs: null, endedMs: null, isRefused: false, hasLeft: false };
    const job: Job = { exchange, path, takesMs, arrivedMs: nowMs, whenOver, ...common };
    this.jobs.push(job);
    this.#jobOf.set(exchange, job);
    const admission = this.#dispatcher.admit(exchange);
    if (admission === 'refused') this.#refuse(job);
    else if (admission === 'waits') this.#watch(job);
    else this.#assign(admission, job);
  }

  #watch(job: Job): void {
    this.events.at(job.arrivedMs + this.#queueTimeoutMs, () => {
      if (this.#dispatcher.leave(job.exchange)) this.#refuse(job);
    });
    if (this.#patienceMs > this.#queueTimeoutMs) return;
    this.events.at(job.arrivedMs + this.#patienceMs, () => {
      job.hasLeft ||= this.#dispatcher.clientLeft(job.exchange, this.events.nowMs);
    });
  }

  #refuse(job: Job): void {
    job.isRefused = true;
    job.endedMs = this.events.nowMs;
    this.events.after(0, job.whenOver);
  }

  #assign(lane: SimulatedLane, job: Job): void {
    lane.line.push(job);
    if (lane.load === 1) this.#begin(lane, this.#wakeUpMs);
  }

  #begin(lane: SimulatedLane, inMs: number): void {
    const [job] = lane.line;
    if (!job) return;
    job.startedMs = this.events.nowMs;
    lane.runningSinceMs = this.events.nowMs;
    lane.mayLookAhead = true;
    this.events.after(inMs + job.takesMs, () => this.#end(lane, job));
  }

  #end(lane: SimulatedLane, job: Job): void {
    const { nowMs } = this.events;
    job.endedMs = nowMs;
    lane.line.shift();
    this.#begin(lane, 0);
    this.#dispatcher.ended(lane, job.exchange, nowMs - (job.startedMs ?? nowMs), nowMs);
    this.#serve();
    job.whenOver();
  }

  #serve(): void {
    const { nowMs } = this.events;
    for (let next = this.#dispatcher.next(nowMs); next; next = this.#dispatcher.next(nowMs)) {
      const job = this.#jobOf.get(next.exchange);
      if (job) this.#assign(next.lane, job);
    }
  }

  /** Takes back what waits behind a slow request, and looks whether something that is held back may go. */
  #tick(): void {
    const { nowMs } = this.events;
    for (const lane of this.#lanes) {
      if (lane.load < 2 || !this.#dispatcher.isLate(lane, nowMs)) continue;
      lane.mayLookAhead = false;
      for (const job of lane.line.splice(1)) {
        this.#dispatcher.readmit(job.exchange);
        this.#watch(job);
      }
    }
    this.#serve();
    this.events.after(CLOCK_MS, () => this.#tick());
  }
}
