// Puts into the log what happens in a pool.

import type { PoolReporter } from '../backends/workers/pool-options.ts';
import type { Logger } from '../observe/log.ts';

/** A reporter that logs, with the name of the pool on each line, and of its application if it has one of its own. */
export function logPool(logger: Logger, pool: string, application: string | null): PoolReporter {
  const log = logger.child({ pool, ...(application !== null && { application }) });
  return {
    workerReady: (pid, { python }) => log.info({ pid, python }, 'worker ready'),
    workerEnded: (pid, reason, wasExpected, restartInMs) => {
      if (wasExpected) log.info({ pid }, `worker ${reason}`);
      else log.error({ code: 'SLUICE_WORKER_ENDED', pid, restartInMs }, `worker ${reason}`);
    },
    applicationNotLoaded: (pid, traceback) => {
      const code = 'SLUICE_APPLICATION_NOT_LOADED';
      const message =
        'the application could not be loaded, so requests are answered with 503; it is tried again after a while, and at once when a file changes';
      log.error({ code, pid, detail: traceback }, message);
    },
    reloaded: (generation, failure) => {
      if (!failure) return log.info({ generation }, 'reloaded: the new code serves');
      const fields = {
        code: 'SLUICE_RELOAD_FAILED',
        generation,
        ...(failure.detail && { detail: failure.detail }),
      };
      log.error(fields, `not reloaded, the old code serves on: ${failure.reason}`);
    },
    scaled: (countWanted, reason) => log.info({ countWanted }, `processes wanted: ${countWanted}, ${reason}`),
    recycling: (pid, reason) => log.info({ pid }, `worker is replaced: it ${reason}`),
    preloaded: (pid, tookMs, { python, threadsCount, threadNames }) => {
      const fields = { pid, python, tookMs: Math.round(tookMs) };
      log.info(fields, 'application imported; workers are forked from this process');
      if (threadsCount === 0) return;
      const names = threadNames === '' ? 'not started by Python' : threadNames;
      log.warn(
        { code: 'SLUICE_PRELOAD_THREADS', pid, threadsCount },
        `the application has started threads while it was imported (${names}); workers do not have them, and a lock they hold stays locked there`,
      );
    },
    forkServerEnded: (pid, reason) =>
      log.error(
        { code: 'SLUICE_FORK_SERVER_ENDED', pid },
        `the process that workers are forked from ${reason}`,
      ),
    workerStuck: (pid, unansweredMs, running) => {
      const requests = running.map(({ id }) => id);
      const fields = { code: 'SLUICE_WORKER_SILENT', pid, requests };
      const seconds = (unansweredMs / 1000).toFixed(1);
      const message = `worker has answered nothing for ${seconds} s, probably because native code holds the interpreter; it gets no more requests until it does, and prints its stacks`;
      log.warn(fields, message);
    },
    workerUnstuck: (pid, unansweredMs) =>
      log.info({ pid }, `worker answers again, after ${(unansweredMs / 1000).toFixed(1)} s`),
    output: (pid, text, exchange) => {
      const fields = { source: 'application', pid, ...(exchange && { request: exchange.id }) };
      for (const line of text.split('\n')) if (line.trim() !== '') log.info(fields, line);
    },
  };
}
