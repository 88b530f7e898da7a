// Owns the pools of a gateway together: made from the configuration, started, reloaded and stopped as one.

import type { AttachmentEvents } from '../backends/workers/attached/attached-source.ts';
import { workerPackage } from './worker-package.ts';
import type { PoolOptions } from '../backends/workers/pool-options.ts';
import type { PoolStatus } from '../backends/workers/pool-status.ts';
import { Pool } from '../backends/workers/pool.ts';
import type { TurnoverFailure } from '../backends/workers/turnover.ts';
import {
  applicationOf,
  attachedDescriptor,
  hasOwnApplication,
  poolsWithApplication,
} from '../config/index.ts';
import type { GatewayConfig, PoolConfig } from '../config/types.ts';
import type { Logger } from '../observe/log.ts';
import { logPool } from './log-pool.ts';

export type { AttachmentEvents };

/** What the workers of all pools are started with. */
export interface WorkerParts {
  readonly logger: Logger;
  /** The interpreter. */
  readonly python: string;
  /** The interpreters of pools that have another one, by the names of the pools. Default: none has. */
  readonly pythons?: ReadonlyMap<string, string>;
  /** What a process wants of the gateway that has started it and runs the application itself. */
  readonly attachment: AttachmentEvents;
  /** Environment of the workers, before what the configuration adds. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What came of a reload, by the name of the pool; null is success. */
export type ReloadResults = ReadonlyMap<string, TurnoverFailure | null>;

/** Every pool, by its name. */
export class Pools {
  readonly #pools: ReadonlyMap<string, Pool>;

  constructor(config: GatewayConfig, parts: WorkerParts) {
    const entries = [...poolsWithApplication(config)].map(([name, pool]) => {
      const options = poolOptions(name, pool, config, parts);
      const application = hasOwnApplication(pool) ? options.command.target : null;
      return [name, new Pool(options, logPool(parts.logger, name, application))] as const;
    });
    this.#pools = new Map(entries);
  }

  /** The pool of that name. The configuration has been checked: a name that does not exist is a bug. */
  get(name: string): Pool {
    const pool = this.#pools.get(name);
    if (!pool) throw new Error(`there is no pool named ${JSON.stringify(name)}`);
    return pool;
  }

  /** The same for a name that a user has given. */
  find(name: string): Pool {
    const pool = this.#pools.get(name);
    if (!pool) throw new Error(`there is no pool ${name}; there are ${[...this.#pools.keys()].join(', ')}`);
    return pool;
  }

  /** What each does at this moment. */
  status(): PoolStatus[] {
    return [...this.#pools.values()].map((pool) => pool.status());
  }

  /** The pools that no worker serves: by name, the traceback if that is why, else null. */
  unserved(): ReadonlyMap<string, string | null> {
    const pools = [...this.#pools].filter(([, pool]) => pool.readyWorkers === 0);
    return new Map(pools.map(([name, pool]) => [name, pool.status().loadFailure]));
  }

  /** Starts all. Resolves when each has a worker that is ready, or one that has failed. */
  async start(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.start()));
  }

  /**
   * Loads the code again. One pool after the other, so that only one of them is there twice at a time.
   *
   * @param names only these; default all
   */
  async reload(names?: ReadonlySet<string>): Promise<ReloadResults> {
    const results = new Map<string, TurnoverFailure | null>();
    for (const [name, pool] of this.#pools) {
      if (names === undefined || names.has(name)) results.set(name, await pool.reload());
    }
    return results;
  }

  /** Resolves when all have finished what they have; a patient end has no limit. */
  async stop(isPatient: boolean): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop(isPatient)));
  }

  /** Ends all at once. */
  stopNow(): void {
    for (const pool of this.#pools.values()) pool.stopNow();
  }
}

function poolOptions(name: string, pool: PoolConfig, config: GatewayConfig, parts: WorkerParts): PoolOptions {
  const { target, directory, limits, environment } = applicationOf(config, pool);
  const fd = attachedDescriptor(target);
  return {
    ...pool,
    name,
    attached: fd === null ? null : { fd, events: parts.attachment },
    processes: pool.processes.min,
    processesMax: pool.processes.max,
    command: {
      python: parts.pythons?.get(name) ?? parts.python,
      packageDirectory: workerPackage(),
      target,
      directory,
      threads: pool.threads,
      isMultiprocess: pool.processes.max * config.app.gatewaysCount > 1,
      debug: config.app.debug,
      sendsPaths: config.reply.areFilesOffloaded,
      limits,
      environment: { ...parts.environment, ...environment },
    },
  };
}
