// A worker process in memory: it speaks the worker wire, and does nothing until it is told to.
import { encodeFrame, FRAME } from '../../src/backends/workers/frames.ts';
import type { Exit, ProcessEvents, ProcessHandle } from '../../src/backends/workers/process.ts';
import { SimLane } from './sim-lane.ts';

const READY = Buffer.from('pid\x001\0python\x003.11\0worker\x000\0');

/** Something a worker could do now. */
export interface Step {
  readonly name: string;
  /** The request it would finish. */
  readonly finishes?: number;
  readonly run: () => void;
}

/** Called when a worker begins a request: the only moment that counts as running it. */
export type OnBegin = (id: number, worker: SimWorker) => void;

/** One process. Its owner picks from `steps()`; `die()` and `sendGarbage()` can happen at any time besides. */
export class SimWorker implements ProcessHandle {
  readonly pid: number;
  readonly lanes: readonly SimLane[];
  readonly control: { write(bytes: Buffer): void } = { write: (bytes) => void this.#inbox.push(bytes) };
  isReady = false;
  isDead = false;
  isKilled = false;
  /** Whether its control thread does nothing, as when a C extension holds the interpreter. */
  isDeaf = false;
  /** Whether it does nothing at all any more; it can still be killed. */
  isFrozen = false;
  /** How often it was asked to print its stacks. */
  stacksCount = 0;
  readonly #events: ProcessEvents;
  readonly #onBegin: OnBegin;
  #inbox: Buffer[] = [];
  #outbox: Buffer[] = [];
  #isClosing = false;

  constructor(pid: number, threads: number, events: ProcessEvents, onBegin: OnBegin) {
    this.pid = pid;
    this.lanes = Array.from({ length: threads }, () => new SimLane());
    this.#events = events;
    this.#onBegin = onBegin;
  }

  close(): void {
    this.#isClosing = true;
  }

  printStacks(): void {
    this.stacksCount++;
  }

  abort(): void {
    this.kill();
  }

  kill(): void {
    this.isKilled = true;
  }

  /** Whether it takes work: it has said so, and nothing has told it to end. */
  get isServing(): boolean {
    return this.isReady && !this.isDead && !this.isKilled && !this.#isClosing;
  }

  /** What it and the kernel between it and the gateway could do next. */
  *steps(): Generator<Step> {
    if (this.isDead) return;
    if (this.isKilled) yield { name: 'die', run: () => this.die({ code: null, signal: 'SIGKILL' }) };
    if (this.isFrozen) return;
    if (!this.isReady) {
      if (this.#isClosing) yield { name: 'exit', run: () => this.die({ code: 0, signal: null }) };
      else yield { name: 'ready', run: () => this.ready() };
      return;
    }
    if (this.#inbox.length > 0 && !this.isDeaf) yield { name: 'control', run: () => this.#serveControl() };
    if (this.#outbox.length > 0) yield { name: 'deliver', run: () => this.#deliverControl() };
    for (const [index, lane] of this.lanes.entries()) {
      if (lane.outbound.length > 0 && !lane.isPaused) {
        yield { name: 'deliver', run: () => this.#deliverLane(index, lane) };
      }
      if (lane.running) {
        const { id } = lane.running;
        yield { name: 'finish', finishes: id, run: () => lane.finish(id % 4 === 3) };
      } else if (lane.mayBegin && !this.#isClosing) {
        yield { name: 'begin', run: () => this.#begin(lane) };
      }
    }
    const isIdle = this.lanes.every((lane) => lane.running === null);
    if (this.#isClosing && isIdle && (this.isDeaf || this.#inbox.length === 0)) {
      yield { name: 'exit', run: () => this.die({ code: 0, signal: null }) };
    }
  }

  ready(): void {
    this.isReady = true;
    this.#outbox.push(encodeFrame(FRAME.ready, 0, 0, READY));
  }

  /** Says that the application cannot be loaded, and ends. */
  failToLoad(traceback: string): void {
    this.#outbox.push(encodeFrame(FRAME.loadFailed, 0, 0, Buffer.from(traceback)));
    this.die({ code: 3, signal: null });
  }

  /** Writes what no worker may write. */
  sendGarbage(lane: SimLane | null): void {
    const garbage = Buffer.from('garbage!');
    if (lane) lane.outbound.push(garbage);
    else this.#outbox.push(garbage);
  }

  /** Ends. What it has written is still read, as the kernel keeps it. */
  die(exit: Exit = { code: null, signal: 'SIGSEGV' }): void {
    this.isDead = true;
    if (this.#outbox.length > 0) this.#deliverControl();
    for (const [index, lane] of this.lanes.entries()) {
      if (lane.outbound.length > 0) this.#deliverLane(index, lane);
    }
    this.#events.exited(exit, null);
  }

  #begin(lane: SimLane): void {
    const request = lane.begin();
    if (request) this.#onBegin(request.id, this);
  }

  #deliverControl(): void {
    const bytes = Buffer.concat(this.#outbox);
    this.#outbox = [];
    this.#events.controlData(bytes);
  }

  #deliverLane(index: number, lane: SimLane): void {
    const bytes = Buffer.concat(lane.outbound);
    lane.outbound = [];
    this.#events.laneData(index, bytes);
  }

  #serveControl(): void {
    const bytes = Buffer.concat(this.#inbox);
    this.#inbox = [];
    for (let at = 0; at < bytes.length; at += 8 + bytes.readUInt32BE(at)) {
      const index = bytes.readUInt16BE(at + 6);
      const lane = this.lanes[index];
      if (!lane) throw new Error(`the gateway named lane ${index}`);
      if (bytes[at + 4] === FRAME.cancel) {
        lane.cancel(bytes.readUInt16BE(at + 8));
      } else {
        const tags = lane.recall();
        const payload = Buffer.alloc(2 * tags.length);
        for (const [place, tag] of tags.entries()) payload.writeUInt16BE(tag, 2 * place);
        this.#outbox.push(encodeFrame(FRAME.returned, 0, index, payload));
      }
    }
  }
}
