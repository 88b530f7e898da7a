// Owns one worker that a fork server has forked, or is about to: its channels, its output, and the word of its end.

import type { Socket } from 'node:net';
import { isAlive } from '../is-alive.ts';
import { readLane } from '../lane-input.ts';
import { readBeforeFailing } from '../last-words.ts';
import { LineSplitter } from '../lines.ts';
import type { Exit, ProcessEvents, ProcessHandle } from '../process.ts';
import { LateChannel } from './late-channel.ts';

/** Numbers of channels (docs/reference/worker-wire.md section 10): these, and then the lanes. */
const CONTROL = 0;
const STDOUT = 1;
const STDERR = 2;
const LANES_FROM = 3;

/** How long an orphan may take to be gone after it has closed its channels, and how often it is looked. */
const GONE_WITHIN_MS = 1_000;
const LOOK_AGAIN_MS = 10;

const UNKNOWN: Exit = { code: null, signal: null };

/** What a forked process needs of its fork server. */
export interface ForkOwner {
  /** Process id of the fork server. */
  readonly pid: number | undefined;
  /** It is not wanted any more, and has not been forked yet: gently, or because the import takes too long. */
  abandon(forked: ForkedProcess, isGentle: boolean): void;
}

/** A worker without a parent in the gateway. */
export class ForkedProcess implements ProcessHandle {
  readonly control: ProcessHandle['control'];
  readonly lanes: readonly LateChannel[];
  readonly #channels: readonly LateChannel[];
  readonly #events: ProcessEvents;
  readonly #owner: ForkOwner;
  /** What has come on the control channel before the worker was whole. */
  #early: Buffer[] = [];
  #pid: number | undefined;
  #openCount = 0;
  #closedCount = 0;
  #exit: Exit | null = null;
  #isOrphan = false;
  #isOver = false;
  #deadline: NodeJS.Timeout | null = null;
  /** The signal to send as soon as there is a process. */
  #wantedSignal: NodeJS.Signals | null = null;
  /** Whether a fork has been asked for. */
  isAsked = false;
  /** Whether it is no process of its own but threads of the one it was asked of, which no signal may end. */
  #isInside = false;

  constructor(threads: number, events: ProcessEvents, owner: ForkOwner) {
    this.#events = events;
    this.#owner = owner;
    this.#channels = Array.from({ length: LANES_FROM + threads }, () => new LateChannel());
    this.lanes = this.#channels.slice(LANES_FROM);
    this.control = { write: (bytes) => this.#channels[CONTROL]?.write(bytes) };
  }

  /** That of the fork server as long as it has none of its own: what goes wrong until then goes wrong there. */
  get pid(): number | undefined {
    return this.#pid ?? this.#owner.pid;
  }

  close(): void {
    if (!this.isAsked) this.#owner.abandon(this, true);
    for (const channel of this.#channels) channel.end();
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  printStacks(): void {
    if (this.#pid !== undefined && !this.#isInside) this.#send(this.#pid, 'SIGQUIT');
  }

  abort(): void {
    this.#signal('SIGABRT');
  }

  /** The application could not be imported: the frame that says so. */
  tellLoadFailed(frame: Buffer): void {
    this.#events.controlData(frame);
  }

  /** It has been forked, or begun in the very process that was asked. */
  forked(pid: number): void {
    this.#isInside = pid === this.#owner.pid;
    this.#pid = pid;
    if (this.#wantedSignal) this.#signal(this.#wantedSignal);
    this.#heedEarly();
  }

  /** Takes one of its channels. Returns false if it has no such channel, or has it already. */
  take(number: number, socket: Socket, rest: Buffer): boolean {
    const channel = this.#channels[number];
    if (!channel || channel.isOpen || this.#isOver) return false;
    channel.open(socket);
    this.#openCount++;
    socket.once('close', () => {
      this.#closedCount++;
      this.#endIfRead();
    });
    this.#read(number, socket, rest);
    this.#heedEarly();
    return true;
  }

  /** It has ended, says the fork server; what it has written is still read. */
  exited(exit: Exit): void {
    this.#exit = exit;
    for (const channel of this.#channels) channel.readOut();
    this.#endIfRead();
  }

  /** It will never be forked. */
  failed(exit: Exit, error: Error | null): void {
    this.#end(exit, error);
  }

  /** The fork server has gone. A worker that is whole goes on; one that is not never will be. */
  orphaned(): void {
    this.#isOrphan = true;
    if (this.#isWhole || this.#exit) return this.#endIfRead();
    this.#signal('SIGKILL');
    this.#giveUp();
  }

  #read(number: number, socket: Socket, rest: Buffer): void {
    if (number === STDOUT || number === STDERR) {
      const lines = new LineSplitter((line) => this.#events.outputLine(line));
      socket.on('data', (chunk: Buffer) => lines.receive(chunk));
      socket.on('end', () => lines.end());
      lines.receive(rest);
      return;
    }
    const lane = number - LANES_FROM;
    const isControl = number === CONTROL;
    const receiveLane = (chunk: Buffer): number => this.#events.laneData(lane, chunk);
    const receive = isControl ? (chunk: Buffer): void => this.#controlData(chunk) : receiveLane;
    if (isControl) {
      socket.on('data', receive);
    } else {
      readLane(socket, receiveLane);
      readBeforeFailing(socket, () => this.#events.laneUnread(lane));
      socket.on('drain', () => this.#events.laneDrained(lane));
      // The kernel resets the connection of a process that ends with unread bytes, and refuses what is sent after that.
      socket.on('error', () => this.#events.laneUnread(lane));
    }
    socket.on('end', () => this.#events.channelClosed(isControl ? 'the control channel' : `lane ${lane}`));
    if (rest.length > 0) receive(rest);
  }

  /** Whether all its channels are there, and it is known which process it is: its first word may come before that of the fork. */
  get #isWhole(): boolean {
    return this.#openCount === this.#channels.length && this.#pid !== undefined;
  }

  #controlData(chunk: Buffer): void {
    if (this.#isWhole) this.#events.controlData(chunk);
    else this.#early.push(chunk);
  }

  #heedEarly(): void {
    if (!this.#isWhole) return;
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) this.#events.controlData(chunk);
  }

  #signal(signal: NodeJS.Signals): void {
    if (!this.isAsked) return this.#owner.abandon(this, false);
    this.#wantedSignal = signal;
    if (this.#isInside) return void setImmediate(() => this.#giveUp());
    if (this.#pid !== undefined) this.#send(this.#pid, signal);
  }

  #send(pid: number, signal: NodeJS.Signals): void {
    if (this.#exit || this.#isOver) return;
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended in this very moment.
    }
  }

  /** It is over when it has ended and everything it wrote has been read. Of an orphan only its channels tell. */
  #endIfRead(): void {
    if (this.#closedCount < this.#openCount) return;
    if (this.#exit) this.#end(this.#exit, null);
    else if (this.#isOrphan) this.#awaitGone(performance.now() + GONE_WITHIN_MS);
  }

  /** Nobody tells when an orphan is gone. It is about to go when it has closed its channels; if not, that is all we know. */
  #awaitGone(untilMs: number): void {
    if (this.#pid === undefined || !isAlive(this.#pid) || performance.now() > untilMs) {
      return this.#end(UNKNOWN, null);
    }
    this.#deadline = setTimeout(() => this.#awaitGone(untilMs), LOOK_AGAIN_MS);
  }

  #giveUp(): void {
    for (const channel of this.#channels) channel.destroy();
    this.#end(this.#exit ?? { ...UNKNOWN, isStillThere: this.#isInside }, null);
  }

  #end(exit: Exit, error: Error | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#deadline) clearTimeout(this.#deadline);
    this.#events.exited(exit, error);
  }
}
