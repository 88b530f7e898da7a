// Holds a request of the application's `/slow` until the test lets it go.
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';

/** Two FIFOs: one says that the request has begun, the other that it may go on. */
export class FifoGate {
  /** The query string that names them to the application. */
  readonly query: string;
  readonly #begun: string;
  readonly #leave: string;

  constructor(directory: string, name: string) {
    this.#begun = `${directory}/${name}-begun`;
    this.#leave = `${directory}/${name}-leave`;
    execFileSync('mkfifo', [this.#begun, this.#leave]);
    this.query = `${this.#begun},${this.#leave}`;
  }

  /** Resolves when the request has begun. */
  async begun(): Promise<void> {
    await readFile(this.#begun);
  }

  /** Lets the request go on. */
  async open(): Promise<void> {
    await writeFile(this.#leave, 'go');
  }
}
