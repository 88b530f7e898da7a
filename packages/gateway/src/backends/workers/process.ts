// Owns one Python process: how it is started, its channels, its output, and the word of its end.

import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { readLane } from './lane-input.ts';
import type { LaneSocket } from './lane.ts';
import { destroyWhenRead, readBeforeFailing } from './last-words.ts';
import { LineSplitter } from './lines.ts';

/** How to start a worker. */
export interface WorkerCommand {
  /** The interpreter. */
  readonly python: string;
  /** Directory that holds the package `sluice`. */
  readonly packageDirectory: string;
  /** `module:callable`, `module:factory()` or a file. */
  readonly target: string;
  readonly directory: string;
  readonly threads: number;
  readonly isMultiprocess: boolean;
  readonly debug: boolean;
  /** Whether it may name files for the gateway to send; default false. */
  readonly sendsPaths?: boolean;
  /** Resource limits, by the names that setrlimit(2) has for them, in lower case; default none. */
  readonly limits?: Readonly<Record<string, number>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Limits as the command line of a worker has them: `nofile:4096,core:0`. */
export function limitsWord(limits: Readonly<Record<string, number>>): string {
  return Object.entries(limits)
    .map(([name, value]) => `${name}:${value}`)
    .join(',');
}

/** The words that a worker and a fork server have in common (docs/reference/worker-wire.md section 1). */
export function commandWords(command: WorkerCommand): string[] {
  const limits = limitsWord(command.limits ?? {});
  return [
    `app=${command.target}`,
    `directory=${command.directory}`,
    ...(command.isMultiprocess ? ['multiprocess=1'] : []),
    ...(command.debug ? ['debug=1'] : []),
    ...(command.sendsPaths ? ['files=1'] : []),
    ...(limits === '' ? [] : [`limits=${limits}`]),
  ];
}

/** Descriptors of the worker (docs/reference/worker-wire.md section 1): control, then the lanes. */
const CONTROL_FD = 3;

/** After a process has ended, how long its output may stay open. Only a child of it keeps it so. */
const OUTPUT_CLOSE_WITHIN_MS = 1_000;

/** What is said of a process that ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It has not ended, only its channels have: it may begin what it has received. Default false. */
  readonly isStillThere?: boolean;
}

/** What a process tells its owner. */
export interface ProcessEvents {
  controlData(chunk: Buffer): void;
  /** Returns how many bytes of the present body are still to come on the lane, as far as is known. */
  laneData(index: number, chunk: Buffer): number;
  laneDrained(index: number): void;
  /** It reads no more from a lane, and has not read all that was sent there. */
  laneUnread(index: number): void;
  /** It has closed its end of the control channel or of a lane, named in words. It should end now. */
  channelClosed(name: string): void;
  outputLine(line: string): void;
  /** It has ended and everything it wrote has been read, or it could not be started (`error`). The last event. */
  exited(exit: Exit, error: Error | null): void;
}

/** A started process, as far as a worker uses it. */
export interface ProcessHandle {
  /** Undefined if it could not be started. */
  readonly pid: number | undefined;
  readonly control: { write(bytes: Buffer): unknown };
  readonly lanes: readonly LaneSocket[];
  /** Asks it to end: it does when its lanes are idle, or after its own grace. */
  close(): void;
  /** Ends it now. */
  kill(): void;
  /** Has it print the stack of every Python thread to its standard error, and go on. */
  printStacks(): void;
  /** Has it print the stack of every Python thread to its standard error, and end. It may be too stuck even for that. */
  abort(): void;
}

/** Starts a process. Its events come later, never during the call. */
export type StartProcess = (command: WorkerCommand, events: ProcessEvents) => ProcessHandle;

/** Starts a real one. */
export const startProcess: StartProcess = (command, events) =>
  startOrFail(events, () => new WorkerProcess(command, events));

/** What `start` makes; if it throws, a process that could not be started, as its events will say. */
export function startOrFail(events: ProcessEvents, start: () => ProcessHandle): ProcessHandle {
  try {
    return start();
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    process.nextTick(() => events.exited({ code: null, signal: null }, cause));
    return NOT_STARTED;
  }
}

const NOT_STARTED: ProcessHandle = {
  pid: undefined,
  control: { write: () => {} },
  lanes: [],
  close: () => {},
  kill: () => {},
  abort: () => {},
  printStacks: () => {},
};

/** A running worker process with its sockets. */
class WorkerProcess implements ProcessHandle {
  readonly control: ProcessHandle['control'];
  readonly lanes: readonly Socket[];
  readonly #child: ChildProcess;
  /** The control channel and the lanes. */
  readonly #channels: readonly Socket[];

  constructor(command: WorkerCommand, events: ProcessEvents) {
    const laneFds = Array.from({ length: command.threads }, (_, index) => CONTROL_FD + 1 + index);
    const words = [`control=${CONTROL_FD}`, `lanes=${laneFds.join(',')}`, ...commandWords(command)];
    this.#child = spawn(
      command.python,
      [`${command.packageDirectory}sluice/__main__.py`, 'worker', ...words],
      {
        // A group of its own: a Ctrl-C at the terminal is the gateway's to act on.
        detached: true,
        env: command.environment,
        stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...laneFds.map(() => 'pipe' as const)],
      },
    );
    // Where Node has run out of descriptors there is nothing here, whatever the type says.
    const streams: readonly unknown[] = (this.#child.stdio as ChildProcess['stdio'] | undefined) ?? [];
    this.#channels = streams.slice(CONTROL_FD).filter((stream) => stream instanceof Socket);
    this.control = { write: (bytes) => this.#channels[0]?.write(bytes) };
    this.lanes = this.#channels.slice(1);
    this.#listen(events);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  close(): void {
    for (const channel of this.#channels) channel.end();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  printStacks(): void {
    this.#child.kill('SIGQUIT');
  }

  abort(): void {
    this.#child.kill('SIGABRT');
  }

  #listen(events: ProcessEvents): void {
    const channels = this.#channels;
    channels[0]?.on('data', (chunk: Buffer) => events.controlData(chunk));
    this.lanes.forEach((lane, index) => {
      readBeforeFailing(lane, () => events.laneUnread(index));
      readLane(lane, (chunk) => events.laneData(index, chunk));
      lane.on('drain', () => events.laneDrained(index));
      // The kernel resets the connection of a process that ends with unread bytes, and refuses what is sent after that.
      lane.on('error', () => events.laneUnread(index));
      lane.on('end', () => events.channelClosed(`lane ${index}`));
    });
    // A write to a process that has just died fails; its end is what counts.
    channels[0]?.on('error', () => {});
    channels[0]?.on('end', () => events.channelClosed('the control channel'));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      const lines = new LineSplitter((line) => events.outputLine(line));
      stream?.on('data', (chunk: Buffer) => lines.receive(chunk));
      stream?.on('end', () => lines.end());
    }
    this.#child.once('error', (error) => {
      if (this.#child.pid === undefined) events.exited({ code: null, signal: null }, error);
    });
    this.#child.once('exit', (code, signal) => {
      for (const channel of channels) destroyWhenRead(channel);
      this.#child.once('close', () => events.exited({ code, signal }, null));
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        setTimeout(() => stream?.destroy(), OUTPUT_CLOSE_WITHIN_MS).unref();
      }
    });
  }
}
