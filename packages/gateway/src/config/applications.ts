// Which application each pool runs: that of `[app]`, or one of its own.
import type { GatewayConfig, PoolConfig } from './types.ts';

/** An application as the workers of a pool run it. */
export interface Application {
  /** As `app.target`. */
  readonly target: string;
  /** Absolute. */
  readonly directory: string;
  /** Environment variables, on top of those of the gateway. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What makes the application of a pool another than that of `[app]`. */
type OwnSettings = Pick<PoolConfig, 'target' | 'directory' | 'python' | 'environment'>;

/** The application of a pool. Its target is empty if neither the pool nor `[app]` has one. */
export function applicationOf({ app }: Pick<GatewayConfig, 'app'>, pool: OwnSettings): Application {
  return {
    target: pool.target ?? app.target,
    directory: pool.directory ?? app.directory,
    environment: { ...app.environment, ...pool.environment },
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
