// One process that is a gateway, seen from the one that has started it: asked, told to stop, and heard of when it ends.

import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { plainExit } from '../backends/workers/cause-of-death.ts';
import type { Handle } from '../sockets/native.ts';
import type {
  Answers,
  FromGateway,
  Question,
  StartFailure,
  StartMessage,
  ToGateway,
  Traced,
} from './messages.ts';

/** What a member needs of a child process with a channel. */
export type MemberProcess = Pick<ChildProcess, 'pid' | 'connected' | 'kill'> & {
  send(message: ToGateway, done: (error: Error | null) => void): unknown;
  send(message: ToGateway, handle: Socket, options: object, done: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: FromGateway, handle?: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number | null, signal: NodeJS.Signals | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
};

/** What a member tells. */
export interface MemberEvents {
  ready(unserved: ReadonlyMap<string, string | null>): void;
  /** It has so many connections of clients. */
  connections(count: number): void;
  traced(traced: Traced): void;
  /** Another gateway should have this connection, for the listener of that index. */
  passedOn(listener: number, handle: Handle): void;
  /** It has ended; `failure` says why it could not start, if it knew. */
  ended(reason: string, failure: StartFailure | null): void;
}

interface Pending {
  readonly resolve: (result: Answers[Question['command']]) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | null;
}

/** How long a process may take to end when it has been told to at once. */
const END_NOW_MS = 5_000;

/** A gateway process. */
export class Member {
  readonly startedMs: number = performance.now();
  readonly #process: MemberProcess;
  readonly #events: MemberEvents;
  readonly #pending = new Map<number, Pending>();
  /** Connections on their way to it, with the index of their listener. */
  readonly #given = new Map<Handle, number>();
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  #settleEnded: () => void = () => {};
  #questionsCount = 0;
  #failure: StartFailure | null = null;
  #hasEnded = false;
  #deadline: NodeJS.Timeout | null = null;
  /** When it was ready, by `performance.now()`; null before. */
  readyMs: number | null = null;
  isStopping = false;

  constructor(process: MemberProcess, start: StartMessage, events: MemberEvents) {
    this.#process = process;
    this.#events = events;
    this.ended = new Promise((resolve) => (this.#settleEnded = resolve));
    process.on('message', (message, handle) => this.#hear(message, handle as Handle | undefined));
    process.on('exit', (code, signal) => this.#end(plainExit({ code, signal })));
    process.on('error', (error) => {
      if (process.pid === undefined) this.#end(`could not be started: ${error.message}`);
    });
    this.#tell(start);
  }

  get pid(): number | null {
    return this.#process.pid ?? null;
  }

  /** Asks it. Rejects with what it refuses, or if it ends, or has not answered within `withinMs`; null waits. */
  ask<C extends Question['command']>(
    question: Extract<Question, { command: C }>,
    withinMs: number | null,
  ): Promise<Answers[C]> {
    const id = ++this.#questionsCount;
    const answer = new Promise<Answers[Question['command']]>((resolve, reject) => {
      const refuse = (): void => this.#settle(id)?.reject(new Error('it does not answer'));
      const timer = withinMs === null ? null : setTimeout(refuse, withinMs);
      this.#pending.set(id, { resolve, reject, timer });
    });
    this.#tell({ kind: 'ask', id, question });
    // The process is our own code: it answers what it was asked.
    return answer as Promise<Answers[C]>;
  }

  /**
   * Lets it finish what it has, and end. Resolves when it has ended.
   *
   * @param withinMs after which it is killed; null never
   */
  stop(isPatient: boolean, withinMs: number | null): Promise<void> {
    this.isStopping = true;
    this.#tell({ kind: 'stop', isPatient });
    if (withinMs !== null) this.#killIn(withinMs);
    return this.ended;
  }

  /** Ends it at once. */
  stopNow(): void {
    this.isStopping = true;
    this.#tell({ kind: 'stop now' });
    this.#killIn(END_NOW_MS);
  }

  /** From so many connections on it should pass further ones on. */
  setLimit(connectionsCount: number): void {
    this.#tell({ kind: 'limit', connectionsCount });
  }

  /** Gives it a connection for the listener of that index. */
  give(listener: number, handle: Handle): void {
    const done = (): void => {
      if (this.#given.delete(handle)) handle.close(() => {});
    };
    this.#given.set(handle, listener);
    const message = { kind: 'connection', listener } as const;
    // A native handle is more than the types say can be sent.
    if (this.#process.connected) this.#process.send(message, handle as unknown as Socket, {}, done);
    else done();
  }

  #killIn(withinMs: number): void {
    if (this.#deadline) clearTimeout(this.#deadline);
    if (!this.#hasEnded) this.#deadline = setTimeout(() => this.#process.kill('SIGKILL'), withinMs);
  }

  #tell(message: ToGateway): void {
    // If it cannot be told it has ended, which is heard of elsewhere.
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  #hear(message: FromGateway, handle: Handle | undefined): void {
    switch (message.kind) {
      case 'connections':
        this.#events.connections(message.count);
        break;
      case 'traced':
        this.#events.traced(message);
        break;
      case 'connection':
        if (handle) this.#events.passedOn(message.listener, handle);
        break;
      case 'ready':
        this.readyMs = performance.now();
        this.#events.ready(message.unserved);
        break;
      case 'failed':
        this.#failure = message.failure;
        break;
      case 'answer':
        this.#settle(message.id)?.resolve(message.result);
        break;
      case 'refusal':
        this.#settle(message.id)?.reject(new Error(message.reason));
        break;
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending?.timer) clearTimeout(pending.timer);
    return pending;
  }

  #end(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#deadline) clearTimeout(this.#deadline);
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(new Error(`it ${reason}`));
    this.#settleEnded();
    this.#events.ended(reason, this.#failure);
    // Node sends one handle after the other, each when the one before has arrived, and forgets those that wait.
    const given = [...this.#given];
    this.#given.clear();
    for (const [handle, listener] of given) this.#events.passedOn(listener, handle);
  }
}
