// Where one peer plays: a temporary directory and the servers in it. The harness stops and removes whatever a peer
// put here, so that peers only know how to start.
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.mjs';

/** A temporary directory with running servers. */
export class Stage {
  directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  #children = [];

  /** The absolute path of a name inside. Short names: the path of a Unix socket ends at 107 bytes. @param {string} name */
  path(name) {
    return join(this.directory, name);
  }

  /** Writes a file and returns its path. @param {string} name @param {string} content */
  write(name, content) {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  /** Makes a directory and returns its path. @param {string} name */
  makeDirectory(name) {
    mkdirSync(this.path(name), { recursive: true });
    return this.path(name);
  }

  /**
   * Starts a server that lives until the stage is closed.
   * @param {Omit<import('./child.mjs').ChildOptions, 'cwd' | 'logFile'>} options
   */
  spawn(options) {
    const logFile = this.write(`${options.name}.log`, '');
    this.#children.push(new Child({ ...options, cwd: this.directory, logFile }));
  }

  /** All processes of all servers, each with its role, CPU time so far and command. */
  processes() {
    return this.#children.flatMap((child) => child.processes());
  }

  /** Signals the first process of a server. @param {string} server @param {NodeJS.Signals} signal */
  signal(server, signal) {
    const child = this.#children.find(({ name }) => name === server);
    if (child === undefined) throw new Error(`no ${server} on this stage`);
    child.signal(signal);
  }

  /** What was started, one line for each server. */
  commandLines() {
    return this.#children.map(({ commandLine }) => commandLine);
  }

  /** Whether a server has ended by itself. */
  get isBroken() {
    return this.#children.some((child) => child.hasEnded);
  }

  /** The end of what the servers wrote, for messages. */
  output() {
    return this.#children.map((child) => child.output()).join('\n');
  }

  /** Stops the servers, the web server first, and removes the directory. */
  async close() {
    try {
      for (const child of this.#children.reverse()) await child.stop();
    } finally {
      rmSync(this.directory, { recursive: true, force: true });
    }
  }
}
