// Which application each pool runs: that of `[app]`, or one of its own.
import type { AppConfig, GatewayConfig, PoolConfig } from './types.ts';

/** An application as the workers of a pool run it. */
export interface Application {
  /** As `app.target`. */
  readonly target: string;
  /** Absolute. */
  readonly directory: string;
  /** Environment variables, on top of those of the gateway. */
  readonly environment: Readonly<Record<string, string>>;
  /** Resource limits, by the names of setrlimit(2) and in its units. */
  readonly limits: Readonly<Record<string, number>>;
}

/** What makes the application of a pool another than that of `[app]`. */
type OwnSettings = Pick<PoolConfig, 'target' | 'directory' | 'python' | 'environment'>;

/** The application of a pool. Its target is empty if neither the pool nor `[app]` has one. */
export function applicationOf({ app }: Pick<GatewayConfig, 'app'>, pool: OwnSettings): Application {
  return {
    target: pool.target ?? app.target,
    directory: pool.directory ?? app.directory,
    environment: { ...app.environment, ...pool.environment },
    limits: limitsOf(app),
  };
}

/** Whether a pool says anything of its own about its application. */
export function hasOwnApplication({ target, directory, python, environment }: OwnSettings): boolean {
  return target !== null || directory !== null || python !== null || Object.keys(environment).length > 0;
}

/** The pools that have an application, by their names. The others have nothing to run. */
export function poolsWithApplication(config: GatewayConfig): ReadonlyMap<string, PoolConfig> {
  const entries = Object.entries(config.pools);
  return new Map(entries.filter(([, pool]) => applicationOf(config, pool).target !== ''));
}

/**
 * The descriptor of the channel to a process that has started this gateway and runs the application itself, if the target
 * says so: `fd:3`; null for an application that workers import.
 */
export function attachedDescriptor(target: string): number | null {
  const [, number] = /^fd:(\d{1,9})$/.exec(target) ?? [];
  return number === undefined ? null : Number(number);
}

function limitsOf(app: AppConfig): Record<string, number> {
  const limits: Record<string, number | null> = {
    nofile: app.openFilesLimit,
    as: app.addressSpaceLimitBytes,
    core: app.coreLimitBytes,
    cpu: app.cpuLimitMs === null ? null : Math.ceil(app.cpuLimitMs / 1000),
    nproc: app.processesLimit,
  };
  const isSet = (entry: [string, number | null]): entry is [string, number] => entry[1] !== null;
  return Object.fromEntries(Object.entries(limits).filter(isSet));
}
