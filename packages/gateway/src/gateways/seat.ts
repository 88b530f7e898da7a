// One of several gateways, whichever process it is at the moment: started, and started again when it ends unasked.

import { RestartPolicy } from '../backends/workers/restart-policy.ts';
import type { GatewayStatus, MemberStatus } from '../control/status.ts';
import type { TraceFilter } from '../control/trace-event.ts';
import type { Logger } from '../observe/log.ts';
import type { Handle } from '../sockets/native.ts';
import type { Member, MemberEvents } from './member.ts';
import type { Answers, Question, StartFailure, Traced } from './messages.ts';

/** Starts a process for a seat. */
export type Launch = (number: number, events: MemberEvents) => Member;

/** How the first process of a seat began: it serves, or why it does not. */
export type Beginning =
  | { readonly isReady: true; readonly unserved: ReadonlyMap<string, string | null> }
  | { readonly isReady: false; readonly reason: string; readonly failure: StartFailure | null };

/** What the seats have in common: how connections are spread over them, and who is told of requests. */
export interface SeatEvents {
  /** It has so many connections of clients; null: it takes none. */
  connections(number: number, count: number | null): void;
  passedOn(listener: number, handle: Handle): void;
  traced(traced: Traced): void;
}

/** How long a gateway has to say how it is. Its event loop is never busy for so long. */
const ANSWER_MS = 2_000;

/** A seat. */
export class Seat {
  readonly #number: number;
  readonly #launch: Launch;
  readonly #logger: Logger;
  readonly #events: SeatEvents;
  readonly #policy = new RestartPolicy();
  /** How its first process began. */
  readonly beginning: Promise<Beginning>;
  /** Resolves when a process is ready for the first time. */
  readonly ready: Promise<void>;
  #settleBeginning: (beginning: Beginning) => void = () => {};
  #settleReady: () => void = () => {};
  #member: Member | null = null;
  #timer: NodeJS.Timeout | null = null;
  #restarts = 0;
  #limit = Infinity;
  readonly #traces = new Map<number, TraceFilter>();
  #isStopping = false;

  /** Starts its first process. */
  constructor(number: number, launch: Launch, logger: Logger, events: SeatEvents) {
    this.#number = number;
    this.#launch = launch;
    this.#logger = logger;
    this.#events = events;
    this.beginning = new Promise((resolve) => (this.#settleBeginning = resolve));
    this.ready = new Promise((resolve) => (this.#settleReady = resolve));
    this.#start();
  }

  /** Whether there is a process that is asked in vain. Where there is none at the moment, that is known. */
  async answers(): Promise<void> {
    await this.#member?.ask({ command: 'ping' }, ANSWER_MS);
  }

  /** Asks its process, which answers when it has started; null if there is none: the next one will know. */
  async ask<C extends Question['command']>(
    question: Extract<Question, { command: C }>,
  ): Promise<Answers[C] | null> {
    return this.#member === null ? null : await this.#member.ask(question, null);
  }

  /** From so many connections on it should pass further ones on. */
  setLimit(connectionsCount: number): void {
    this.#limit = connectionsCount;
    this.#member?.setLimit(connectionsCount);
  }

  /** Has it tell of requests that end, and whoever takes its place; resolves when it does. */
  async trace(id: number, filter: TraceFilter): Promise<void> {
    this.#traces.set(id, filter);
    // One that does not answer has nothing to tell.
    await this.#member?.ask({ command: 'trace', id, filter }, ANSWER_MS).catch(() => {});
  }

  /** Has it tell no more. */
  endTrace(id: number): void {
    this.#traces.delete(id);
    this.#member?.ask({ command: 'end trace', id }, ANSWER_MS).catch(() => {});
  }

  /** Gives it a connection; nobody has it then if there is no process. */
  give(listener: number, handle: Handle): void {
    if (this.#member) this.#member.give(listener, handle);
    else handle.close(() => {});
  }

  /** What it does at this moment, and in a few words. */
  async status(): Promise<{ readonly whole: GatewayStatus | null; readonly brief: MemberStatus }> {
    const member = this.#member;
    const isServing = member !== null && member.readyMs !== null;
    const whole = isServing ? await member.ask({ command: 'status' }, ANSWER_MS).catch(() => null) : null;
    const state = (): MemberStatus['state'] => {
      if (member === null) return 'down';
      if (member.isStopping) return 'stopping';
      if (!isServing) return 'starting';
      return whole === null ? 'silent' : 'serving';
    };
    return {
      whole,
      brief: {
        number: this.#number,
        state: state(),
        pid: member?.pid ?? null,
        ageMs: whole?.ageMs ?? null,
        memoryBytes: whole?.memoryBytes ?? null,
        connectionsCount: whole?.connectionsCount ?? null,
        total: whole?.counts.total ?? null,
        restarts: this.#restarts,
      },
    };
  }

  /** Lets it finish what it has. Resolves when there is no process any more; starts none. */
  async stop(isPatient: boolean, withinMs: number | null): Promise<void> {
    this.#rest();
    await this.#member?.stop(isPatient, withinMs);
  }

  /** The same at once. */
  stopNow(): void {
    this.#rest();
    this.#member?.stopNow();
  }

  #rest(): void {
    this.#isStopping = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #start(): void {
    this.#timer = null;
    this.#member = this.#launch(this.#number, {
      ready: (unserved) => this.#hasBecomeReady(unserved),
      connections: (count) => this.#isStopping || this.#events.connections(this.#number, count),
      traced: (traced) => this.#events.traced(traced),
      passedOn: (listener, handle) => this.#events.passedOn(listener, handle),
      ended: (reason, failure) => this.#hasEnded(reason, failure),
    });
    for (const [id, filter] of this.#traces) void this.trace(id, filter);
  }

  #hasBecomeReady(unserved: ReadonlyMap<string, string | null>): void {
    this.#settleBeginning({ isReady: true, unserved });
    this.#settleReady();
    this.#member?.setLimit(this.#limit);
    this.#events.connections(this.#number, 0);
    this.#logger.info({ gateway: this.#number, pid: this.#member?.pid }, 'gateway ready');
  }

  #hasEnded(reason: string, failure: StartFailure | null): void {
    const { readyMs = null, pid = null } = this.#member ?? {};
    this.#member = null;
    this.#events.connections(this.#number, null);
    this.#settleBeginning({ isReady: false, reason, failure });
    if (this.#isStopping) return;
    this.#restarts++;
    const readyForMs = readyMs === null ? null : performance.now() - readyMs;
    const restartInMs = this.#policy.ended({ readyForMs, servedCount: 0 });
    const fields = { code: 'SLUICE_GATEWAY_ENDED', gateway: this.#number, pid, restartInMs };
    this.#logger.error(fields, `gateway ${reason}${failure === null ? '' : `: ${textOf(failure)}`}`);
    this.#timer = setTimeout(() => this.#start(), restartInMs);
  }
}

function textOf(failure: StartFailure): string {
  return failure.kind === 'listen' ? failure.reason : failure.message;
}
