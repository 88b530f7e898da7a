// Owns one child process: its output, its readiness, its end. It signals only processes it started, by their id.
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { within } from './deadline.ts';

/** How a process ended: one of the two is not null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What to start. */
export interface ProcessOptions {
  /** Appears in the messages of failures. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Standard input, output and error, and further descriptors. Default: no input, both outputs collected. */
  readonly stdio?: StdioOptions;
}

// Settings of a gateway in the environment of whoever runs the tests would change what is tested.
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_')));
}

/** A running child process. */
export class RunningProcess {
  readonly name: string;
  /** Settles when the process has ended and its output is complete. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #watchers = new Set<() => void>();
  #hasEnded = false;

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.#child = spawn(options.command, [...options.args], {
      cwd: options.cwd,
      env: options.env ?? cleanEnvironment(),
      stdio: options.stdio ?? ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) if (stream) this.#collect(stream);
    this.exited = this.#awaitExit();
  }

  /** The process id. Throws when the process could not be started. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} did not start`);
    return this.#child.pid;
  }

  /** Whether it has ended. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Every complete line it has written so far, both outputs in order of arrival. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Waits for a line that matches; fails when the process ends without it, or after the deadline. */
  async line(pattern: RegExp, deadlineMs = 20_000): Promise<string> {
    const [line = ''] = await this.lineCount(pattern, 1, deadlineMs);
    return line;
  }

  /** Waits until `count` lines match, and returns them; fails like `line`. */
  async lineCount(pattern: RegExp, count: number, deadlineMs = 20_000): Promise<string[]> {
    const wanted = (): string => `${count} lines like ${pattern}\n${this.output()}`;
    const found = new Promise<string[]>((resolve, reject) => {
      const look = (): void => {
        const lines = this.#lines.filter((line) => pattern.test(line));
        if (lines.length >= count) resolve(lines);
        else if (this.#hasEnded) reject(new Error(`${this.name} ended without ${wanted()}`));
        else return;
        this.#watchers.delete(look);
      };
      this.#watchers.add(look);
      look();
    });
    return within(deadlineMs, found, () => `${this.name} did not write ${wanted()}`);
  }

  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to end and waits. A process that does not end is killed, and that is a failure. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', deadlineMs = 15_000): Promise<Exit> {
    if (!this.#hasEnded) this.kill(signal);
    try {
      return await within(
        deadlineMs,
        this.exited,
        () => `${this.name} did not end on ${signal}\n${this.output()}`,
      );
    } catch (error) {
      this.kill('SIGKILL');
      throw error;
    }
  }

  /** All output, for messages. */
  output(): string {
    return this.#lines.map((line) => `  ${this.name}: ${line}`).join('\n');
  }

  #collect(stream: Readable): void {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      this.#lines.push(...lines);
      this.#wake();
    });
    stream.on('end', () => {
      if (rest !== '') this.#lines.push(rest);
      this.#wake();
    });
  }

  async #awaitExit(): Promise<Exit> {
    this.#child.on('error', (error) => this.#lines.push(`could not start: ${error.message}`));
    await once(this.#child, 'close').catch(() => undefined);
    this.#hasEnded = true;
    this.#wake();
    return { code: this.#child.exitCode, signal: this.#child.signalCode };
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
