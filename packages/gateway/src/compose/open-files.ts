// Says at the start if the system lets the gateway open fewer files than it is configured for.

import type { GatewayConfig } from '../config/types.ts';
import type { Logger } from '../observe/log.ts';

/** Libraries, logs, the control socket, and some to spare. */
const OWN_FILES = 64;
/** Of a worker besides its lanes: the control channel and two outputs. */
const CHANNELS_OF_WORKER = 3;
/** During a reload a pool is there twice. */
const GENERATIONS = 2;

/** What is open without any client. */
export function filesWithoutClients({ pools, listen }: GatewayConfig): number {
  const ofPools = Object.values(pools).map(
    ({ processes, threads }) => GENERATIONS * processes.max * (CHANNELS_OF_WORKER + threads),
  );
  return OWN_FILES + listen.length + ofPools.reduce((sum, count) => sum + count, 0);
}

/**
 * Logs a warning if one listener cannot have as many connections as `limits.connections` allows it; that all of them are full at once
 * is not expected.
 *
 * @param limit null if there is none
 */
export function warnOfFewFiles(config: GatewayConfig, limit: number | null, logger: Logger): void {
  const clients = config.limits.connectionsCount;
  const own = filesWithoutClients(config);
  if (limit === null || limit >= own + clients) return;
  const fields = { code: 'SLUICE_FEW_FILES', limit, needed: own + clients };
  const text = `this process may have ${limit} files open, and ${clients} connections (limits.connections) need as many besides ${own} others; raise the limit (LimitNOFILE= with systemd, elsewhere ulimit -n) or lower limits.connections`;
  logger.warn(fields, text);
}
