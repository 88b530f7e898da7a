// A script written the flup way, under flup or under what stands in for it.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { within } from '../deadline.ts';
import { RunningProcess } from '../process.ts';
import { untilListening } from '../servers/listening.ts';
import { PEERS_PYTHON } from '../servers/flup.ts';
import type { TestBed, Server } from '../bed.ts';
import type { Exit } from '../process.ts';

/** The directory of the scripts. */
export const SCRIPTS: string = fileURLToPath(new URL('../../apps/flup/', import.meta.url));

const CGI_LAUNCHER = fileURLToPath(new URL('../../launchers/cgi.py', import.meta.url));
const SOURCE = fileURLToPath(new URL('../../../python/src', import.meta.url));
const COMMAND_DIRECTORY = fileURLToPath(new URL('../../../packages/gateway/bin', import.meta.url));

/** From where a script imports its server. */
export type Package = 'flup' | 'sluice.flup';

/** A script to run. */
export interface ScriptOptions {
  readonly package: Package;
  /** The module of the server. */
  readonly server: string;
  /** Arguments of `WSGIServer`. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Default: the one that has flup. */
  readonly python?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a shell would need to start it. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** The command of a script. */
export function scriptCommand(options: ScriptOptions): Command {
  const { python = PEERS_PYTHON, server, env = {} } = options;
  return {
    command: python,
    args: [`${SCRIPTS}serve.py`, options.package, server, JSON.stringify(options.arguments)],
    env: {
      PATH: `${COMMAND_DIRECTORY}:${process.env['PATH'] ?? ''}`,
      // The real one is where the interpreter finds it.
      ...(options.package === 'flup' ? {} : { PYTHONPATH: SOURCE }),
      ...env,
    },
  };
}

/** A script that serves. Its output is kept and not judged: tracebacks are a part of what is compared. */
export class Script implements Server {
  readonly name: string;
  readonly process: RunningProcess;

  constructor(name: string, process: RunningProcess) {
    this.name = name;
    this.process = process;
  }

  get pid(): number {
    return this.process.pid;
  }

  get hasEnded(): boolean {
    return this.process.hasEnded;
  }

  stop(): Promise<Exit> {
    // flup waits for its children, which may wait for a front; nothing of it is worth that.
    return this.process.stop(this.name.startsWith('flup.') ? 'SIGKILL' : 'SIGTERM');
  }

  complaints(): string[] {
    return [];
  }
}

/** Starts one and waits until it accepts connections there. */
export async function startScript(
  bed: TestBed,
  options: ScriptOptions,
  listensOn: number | string,
): Promise<Script> {
  const { command, args, env } = scriptCommand(options);
  const name = `${options.package}.server.${options.server}`;
  const running = new RunningProcess({ name, command, args, cwd: bed.site.directory, env });
  const script = bed.add(new Script(name, running));
  await untilListening(running, listensOn, () => '');
  return script;
}

/** Runs one as a CGI program and returns what it wrote to standard output. Variables are in latin-1. */
export async function runCgi(
  options: ScriptOptions,
  input: Buffer,
  variables: Readonly<Record<string, string>>,
): Promise<Buffer> {
  const { command, args, env } = scriptCommand(options);
  const given = JSON.stringify({ ...env, ...variables });
  const child = spawn(command, [CGI_LAUNCHER, given, command, ...args], {
    cwd: SCRIPTS,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
  // A program may end without having read it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await within(20_000, ended, () => `${options.package}.server.${options.server} did not end`);
  return Buffer.concat(output);
}
