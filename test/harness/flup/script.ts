// A script written the flup way, under flup or under what stands in for it.
import { spawn } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
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

/** What serves a script: flup; what stands in for it, by its import line; the same without a change to the script. */
export type Way = 'flup' | 'sluice.flup' | 'unmodified';

/** A script to run. */
export interface ScriptOptions {
  readonly way: Way;
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
  const { way, python = PEERS_PYTHON, server, env = {} } = options;
  const script = [`${SCRIPTS}serve.py`, way === 'unmodified' ? 'flup' : way, server];
  return {
    command: python,
    args: [
      ...(way === 'unmodified' ? ['-m', 'sluice.flup'] : []),
      ...script,
      JSON.stringify(options.arguments),
    ],
    env: {
      PATH: process.env['PATH'] ?? '',
      // flup is where the interpreter finds it by itself.
      ...(way === 'flup' ? {} : { PYTHONPATH: SOURCE }),
      ...env,
    },
  };
}

/** A script that serves. Its output is kept and not judged: tracebacks are a part of what is compared. */
export class Script implements Server {
  readonly name: string;
  readonly process: RunningProcess;
  readonly #isFlup: boolean;
  readonly #place: number | string;

  /** @param place where it listens: a loopback port, or the path of a Unix socket */
  constructor(process: RunningProcess, way: Way, place: number | string) {
    this.name = process.name;
    this.process = process;
    this.#isFlup = way === 'flup';
    this.#place = place;
  }

  get pid(): number {
    return this.process.pid;
  }

  get hasEnded(): boolean {
    return this.process.hasEnded;
  }

  async stop(): Promise<Exit> {
    if (!this.#isFlup) return this.process.stop();
    // It waits for its children, which may wait for a front, and leaves its socket behind.
    const exit = await this.process.stop('SIGKILL');
    if (typeof this.#place === 'string') rmSync(this.#place, { force: true });
    return exit;
  }

  complaints(): string[] {
    return [];
  }
}

/** Starts one and waits until it accepts connections there. */
export function startScript(bed: TestBed, options: ScriptOptions, place: number | string): Promise<Script> {
  return startCommand(bed, options, scriptCommand(options), place);
}

/** Starts a command that becomes a script, likewise. */
export async function startCommand(
  bed: TestBed,
  options: ScriptOptions,
  { command, args, env }: Command,
  place: number | string,
): Promise<Script> {
  const running = new RunningProcess({ name: nameOf(options), command, args, cwd: bed.site.directory, env });
  const script = bed.add(new Script(running, options.way, place));
  await untilListening(running, place, () => '');
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
  await within(20_000, ended, () => `${nameOf(options)} did not end`);
  return Buffer.concat(output);
}

/** Writes an executable file that becomes the script, for web servers that start one. */
export function installScript(bed: TestBed, options: ScriptOptions): string {
  const { command, args, env } = scriptCommand(options);
  const quoted = [command, ...args].map((word) => `'${word}'`).join(' ');
  const variables = Object.entries(env).map(([name, value]) => `export ${name}='${value}'`);
  const path = bed.site.write('script.fcgi', ['#!/bin/sh', ...variables, `exec ${quoted}`, ''].join('\n'));
  chmodSync(path, 0o755);
  return path;
}

function nameOf({ way, server }: ScriptOptions): string {
  return `${way}, ${server}`;
}
