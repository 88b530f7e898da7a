// One child process and what it starts: their output, their roles, their end. Only these processes are ever signalled.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readProcess, readProcessTree } from './proc.mjs';

const STOP_DEADLINE_MS = 10_000;
const POLL_MS = 20;

/**
 * @typedef {'web server' | 'gateway' | 'workers'} Role
 *
 * @typedef {object} ChildOptions
 * @property {string} name
 * @property {string} command
 * @property {readonly string[]} args
 * @property {string} cwd
 * @property {string} logFile
 * @property {(process: {isRoot: boolean, command: string}) => Role} roleOf What each process of the tree is counted as.
 * @property {Record<string, string>} [env] Further environment variables.
 * @property {boolean} [ignoresTerm] Stopping it is killing it. Default: it ends on SIGTERM.
 */

/** A running server. */
export class Child {
  #options;
  #process;
  #exited;

  /** @param {ChildOptions} options */
  constructor(options) {
    this.#options = options;
    const log = openSync(options.logFile, 'a');
    this.#process = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...options.env },
      stdio: ['ignore', log, log],
      detached: true, // Ctrl-C reaches only the harness, which then stops everything in order.
    });
    closeSync(log);
    this.#exited = once(this.#process, 'exit').catch(() => undefined);
  }

  get name() {
    return this.#options.name;
  }

  /** What was started, as one line. */
  get commandLine() {
    return [this.#options.command, ...this.#options.args].join(' ');
  }

  get hasEnded() {
    return (
      this.#process.pid === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null
    );
  }

  /** Its processes at this moment, each with its role. */
  processes() {
    const rootPid = this.#process.pid;
    if (rootPid === undefined) return [];
    return readProcessTree(rootPid).map((facts) => ({
      ...facts,
      isRoot: facts.pid === rootPid,
      role: this.#options.roleOf({ isRoot: facts.pid === rootPid, command: facts.command }),
    }));
  }

  /** Signals the process that was started, if it is still there. @param {NodeJS.Signals} name */
  signal(name) {
    this.#process.kill(name);
  }

  /** The end of its output, for messages. */
  output() {
    const lines = readFileSync(this.#options.logFile, 'utf8').trimEnd().split('\n').slice(-15);
    return lines.map((line) => `  ${this.#options.name}: ${line}`).join('\n');
  }

  /** Ends it and waits; what is still there after the deadline is killed, and that is an error. */
  async stop() {
    const tree = this.processes();
    if (this.#options.ignoresTerm) kill(tree);
    else this.#process.kill('SIGTERM');
    const deadline = performance.now() + STOP_DEADLINE_MS;
    let left = tree;
    while (left.length > 0 && performance.now() < deadline) {
      await sleep(POLL_MS);
      left = left.filter(isAlive);
    }
    kill(left);
    await this.#exited;
    if (left.length > 0) {
      throw new Error(`${left.map(({ command }) => command).join(', ')} did not end\n${this.output()}`);
    }
  }
}

/** Kills those that are still the processes they were. */
function kill(processes) {
  for (const { pid } of processes.filter(isAlive)) process.kill(pid, 'SIGKILL');
}

function isAlive({ pid, startTime }) {
  return readProcess(pid)?.startTime === startTime;
}
