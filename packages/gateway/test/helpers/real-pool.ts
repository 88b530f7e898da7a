// A pool of real Python workers, with everything it reported.
import { fileURLToPath } from 'node:url';
import { isAlive } from '../../src/backends/workers/is-alive.ts';
import { workerPackage } from '../../src/compose/worker-package.ts';
import type { ForkServerFacts } from '../../src/backends/workers/preload/fork-decoder.ts';
import type { PoolOptions } from '../../src/backends/workers/pool-options.ts';
import { Pool } from '../../src/backends/workers/pool.ts';
import type { RequestBody } from '../../src/exchange/body.ts';
import { makeExchange, type TestExchange } from './exchanges.ts';
import { until } from './settled.ts';

const APPS = fileURLToPath(new URL('../workers/apps', import.meta.url));

/** What a test may change; times are milliseconds. */
export interface RealPoolOptions extends Partial<Omit<PoolOptions, 'command'>> {
  readonly command?: Partial<PoolOptions['command']>;
}

/** Runs `test/workers/apps/app.py` in two processes of two threads, unless it is told otherwise. */
export class RealPool {
  readonly pool: Pool;
  /** Process ids of all workers that were ready once. */
  readonly pids: number[] = [];
  readonly endings: { readonly reason: string; readonly wasExpected: boolean }[] = [];
  readonly tracebacks: string[] = [];
  /** Processes that have imported the application to fork workers. */
  readonly forkServers: ForkServerFacts[] = [];
  readonly forkServerEndings: string[] = [];
  /** Workers that answered nothing, and those that did so again. */
  readonly stuck: number[] = [];
  readonly unstuck: number[] = [];
  /** What was printed, and with which request, if any. */
  readonly output: (readonly [text: string, request: number | null])[] = [];

  constructor({ command, ...options }: RealPoolOptions = {}) {
    const all: PoolOptions = {
      name: 'real',
      processes: 2,
      queueLength: 1_000,
      queueTimeoutMs: 30_000,
      requestTimeoutMs: 30_000,
      startupTimeoutMs: 30_000,
      stopTimeoutMs: 30_000,
      lookAhead: 4,
      recallAfterMs: 5,
      ...options,
      command: {
        python: 'python3',
        packageDirectory: workerPackage(),
        target: 'app:application',
        directory: APPS,
        threads: 2,
        isMultiprocess: true,
        debug: false,
        environment: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
        ...command,
      },
    };
    this.pool = new Pool(all, {
      workerReady: (pid) => this.pids.push(pid),
      workerEnded: (_pid, reason, wasExpected) => this.endings.push({ reason, wasExpected }),
      applicationNotLoaded: (_pid, traceback) => this.tracebacks.push(traceback),
      reloaded: () => {},
      scaled: () => {},
      recycling: () => {},
      preloaded: (_pid, _tookMs, facts) => this.forkServers.push(facts),
      forkServerEnded: (_pid, reason) => this.forkServerEndings.push(reason),
      workerStuck: (pid) => this.stuck.push(pid),
      workerUnstuck: (pid) => this.unstuck.push(pid),
      output: (_pid, text, exchange) => this.output.push([text, exchange?.id ?? null]),
    });
  }

  /** Starts it, and waits until so many workers are ready. */
  async ready(workers: number): Promise<this> {
    await this.pool.start();
    await until(`${workers} workers are ready`, () => this.pids.length >= workers);
    return this;
  }

  /** Sends a request. */
  request(path: string, query: string = '', body?: RequestBody): TestExchange {
    const variables = { PATH_INFO: path, QUERY_STRING: query, SERVER_NAME: 'x', SERVER_PORT: '80' };
    const length = body?.kind === 'bytes' ? { CONTENT_LENGTH: String(body.sizeBytes) } : {};
    const made = makeExchange({ variables: { ...variables, ...length }, ...(body && { body }) });
    this.pool.handle(made.exchange);
    return made;
  }

  /** Sends a request and waits for its end. Returns the status and the body. */
  async fetch(path: string, query: string = ''): Promise<readonly [status: number, body: string]> {
    const { done, reply } = this.request(path, query);
    const { status } = await done;
    return [status, reply.text];
  }

  /** Ends it; rejects if a worker is left. */
  async close(): Promise<void> {
    this.pool.stopNow();
    await this.pool.stop();
    const left = [...this.pids, ...this.forkServers.map(({ pid }) => pid)].filter(isAlive);
    if (left.length > 0) throw new Error(`workers left behind: ${left.join(', ')}`);
  }
}
