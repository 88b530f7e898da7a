// A server that is not ours, in front of a gateway or behind it: started, watched until it accepts connections, stopped by
// its own pid, and held to what it logs.
import { readFileSync } from 'node:fs';
import { program } from '../require.ts';
import { RunningProcess, type Exit } from '../process.ts';
import { untilListening } from './listening.ts';
import type { Server, TestBed } from '../bed.ts';

/** What a web server in front is told, whichever it is. */
export interface WebServerOptions {
  readonly port: number;
  /** Lines of its logs that belong to what the tests do. */
  readonly expectedLog?: readonly RegExp[];
}

/** How to start one. */
export interface Launch extends Pick<WebServerOptions, 'expectedLog'> {
  readonly name: string;
  /** Looked up in PATH and where Debian keeps servers. */
  readonly command: string;
  readonly args: readonly string[];
  /** Default: the site. */
  readonly cwd?: string;
  /** Default: that of the tests, without the settings of a gateway. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where it will accept connections: a loopback port, or the path of a Unix socket. */
  readonly listensOn: number | string;
  /** Files it logs to, which must exist. What it writes to its outputs is looked at in any case. */
  readonly logs?: readonly string[];
  /** Whether a line of its logs is worth a complaint. Default: every one is. */
  readonly isComplaint?: (line: string) => boolean;
}

/** A running server. */
export class WebServer implements Server {
  readonly name: string;
  readonly #process: RunningProcess;
  readonly #launch: Launch;
  readonly #expectedLog: RegExp[];

  constructor(process: RunningProcess, launch: Launch) {
    this.name = launch.name;
    this.#process = process;
    this.#launch = launch;
    this.#expectedLog = [...(launch.expectedLog ?? [])];
  }

  get pid(): number {
    return this.#process.pid;
  }

  get hasEnded(): boolean {
    return this.#process.hasEnded;
  }

  stop(): Promise<Exit> {
    return this.#process.stop('SIGTERM');
  }

  /** Lines like this one are no complaint. */
  expectLog(pattern: RegExp): void {
    this.#expectedLog.push(pattern);
  }

  /** What it has written so far, to its outputs and its logs. */
  lines(): string[] {
    const logged = (this.#launch.logs ?? []).flatMap((path) => readFileSync(path, 'utf8').split('\n'));
    return [...this.#process.lines, ...logged];
  }

  complaints(): string[] {
    const { isComplaint = () => true } = this.#launch;
    return this.lines().filter(
      (line) => line !== '' && isComplaint(line) && !this.#expectedLog.some((pattern) => pattern.test(line)),
    );
  }
}

/** Starts a server as a part of the bed and waits until it accepts connections. */
export async function launch(bed: TestBed, options: Launch): Promise<WebServer> {
  const { name, command, args, cwd = bed.site.directory, env, listensOn } = options;
  const running = new RunningProcess({ name, command: program(command), args, cwd, ...(env && { env }) });
  const server = bed.add(new WebServer(running, options));
  await untilListening(running, listensOn, () => server.complaints().join('\n'));
  return server;
}
