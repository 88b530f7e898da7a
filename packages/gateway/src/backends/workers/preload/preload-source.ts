// Owns the fork servers of a pool: one for the load of the code that serves, and a second one while that is being replaced.

import { startOrFail, type ProcessEvents, type ProcessHandle, type WorkerCommand } from '../process.ts';
import type { PreloadStatus, WorkerSource } from '../worker-source.ts';
import type { ForkServerFacts } from './fork-decoder.ts';
import { ForkServer, type ForkServerEvents } from './fork-server.ts';

/** What somebody may want to read in the log. */
export interface PreloadReporter {
  /** The application has been imported and workers are forked from now on. */
  preloaded(pid: number, tookMs: number, facts: ForkServerFacts): void;
  /** A fork server has ended unasked. */
  forkServerEnded(pid: number, reason: string): void;
  /** It has printed a line. */
  output(pid: number, line: string, exchange: null): void;
}

/** One that served so long before it died is started again at once, and otherwise at the next need. */
const HEALTHY_AFTER_MS = 5_000;
/** How long fork servers without workers may take to end. */
const CLOSE_WITHIN_MS = 2_000;

/** Forks workers from processes that have imported the application. */
export class PreloadSource implements WorkerSource, ForkServerEvents {
  readonly #command: WorkerCommand;
  readonly #reporter: PreloadReporter;
  /** Those that fork, by their load of the code. */
  readonly #servers = new Map<number, ForkServer>();
  /** Every one that has not ended. */
  readonly #all = new Set<ForkServer>();
  #closed: Promise<void> | null = null;
  #onEmpty: (() => void) | null = null;

  constructor(command: WorkerCommand, reporter: PreloadReporter) {
    this.#command = command;
    this.#reporter = reporter;
  }

  start(generation: number, events: ProcessEvents): ProcessHandle {
    return startOrFail(events, () => this.#open(generation).fork(events));
  }

  keepOnly(generation: number): void {
    for (const [each, server] of this.#servers) {
      if (each === generation) continue;
      this.#servers.delete(each);
      server.release();
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  preload(generation: number): PreloadStatus | null {
    const server = this.#servers.get(generation);
    return server?.pid === undefined ? null : { pid: server.pid, isLoaded: server.loadedAtMs !== null };
  }

  loaded(server: ForkServer, facts: ForkServerFacts): void {
    this.#reporter.preloaded(server.pid ?? 0, performance.now() - server.startedMs, facts);
  }

  outputLine(server: ForkServer, line: string): void {
    this.#reporter.output(server.pid ?? 0, line, null);
  }

  ended(server: ForkServer, reason: string | null): void {
    this.#all.delete(server);
    const [generation] = [...this.#servers].find(([, each]) => each === server) ?? [];
    if (generation !== undefined) this.#servers.delete(generation);
    if (reason !== null) this.#reporter.forkServerEnded(server.pid ?? 0, reason);
    if (this.#all.size === 0) this.#onEmpty?.();
    const wasHealthy =
      server.loadedAtMs !== null && performance.now() - server.loadedAtMs >= HEALTHY_AFTER_MS;
    if (generation === undefined || !wasHealthy || this.#closed) return;
    try {
      // The next worker is not to wait for an import. Its code is what is on disk now, as for a worker that is replaced.
      this.#open(generation);
    } catch {
      // Whoever needs a worker next hears what is wrong.
    }
  }

  #close(): Promise<void> {
    this.#servers.clear();
    for (const server of this.#all) server.release();
    if (this.#all.size === 0) return Promise.resolve();
    const deadline = setTimeout(() => {
      for (const server of this.#all) server.kill('did not end');
    }, CLOSE_WITHIN_MS);
    return new Promise((resolve) => {
      this.#onEmpty = (): void => {
        clearTimeout(deadline);
        resolve();
      };
    });
  }

  #open(generation: number): ForkServer {
    const known = this.#servers.get(generation);
    if (known) return known;
    const server = new ForkServer(this.#command, this);
    this.#servers.set(generation, server);
    this.#all.add(server);
    return server;
  }
}
