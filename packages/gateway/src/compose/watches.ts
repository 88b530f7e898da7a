// Watches the code of every application of a gateway.

import { applicationOf, poolsWithApplication } from '../config/index.ts';
import type { GatewayConfig } from '../config/types.ts';
import type { Logger } from '../observe/log.ts';
import { watchCode, type CodeWatch } from '../service/watch-code.ts';

/** Starts a watch for each directory that code comes from; `changed` gets the pools that run in it, or null for all. */
export function watchApplications(
  config: GatewayConfig,
  logger: Logger,
  changed: (path: string, pools: ReadonlySet<string> | null) => void,
): readonly CodeWatch[] {
  const poolsOf = new Map<string, Set<string>>();
  for (const [name, pool] of poolsWithApplication(config)) {
    const { directory } = applicationOf(config, pool);
    poolsOf.set(directory, (poolsOf.get(directory) ?? new Set()).add(name));
  }
  return [...poolsOf].map(([directory, pools]) => {
    const watch = watchCode(
      directory,
      (path) => changed(path, poolsOf.size > 1 ? pools : null),
      (error) =>
        logger.warn({ code: 'SLUICE_WATCH_FAILED', directory, error }, 'files are not watched for changes'),
    );
    void watch.ready.then(() => logger.info({ directory }, 'files are watched for changes'));
    return watch;
  });
}
