// Puts into the log what happens to the servers of an upstream.

import type { UpstreamReporter } from '../backends/upstreams/upstream-options.ts';
import type { Logger } from '../observe/log.ts';

/** A reporter that logs, with the upstream's name on each line. */
export function logUpstream(logger: Logger, upstream: string): UpstreamReporter {
  const log = logger.child({ upstream });
  return {
    serverDown: (server, reason) => {
      log.error({ code: 'SLUICE_SERVER_DOWN', server }, `${server} is down: ${reason}`);
    },
    serverUp: (server) => log.info({ server }, `${server} is up again`),
    serversFound: (servers) => log.info({ servers }, `servers: ${servers.join(', ') || 'none'}`),
    nameFailed: (name, reason) => {
      log.warn({ code: 'SLUICE_NAME_NOT_FOUND', name }, `${name} cannot be looked up: ${reason}`);
    },
    serverLog: (server, { id }, text) => {
      const fields = { source: 'upstream', server, request: id };
      for (const line of text.split('\n')) if (line.trim() !== '') log.info(fields, line);
    },
  };
}
