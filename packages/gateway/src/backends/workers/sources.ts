// Chooses where the processes of a pool come from.

import { Socket } from 'node:net';
import { AttachedSource } from './attached/attached-source.ts';
import type { PoolOptions, PoolReporter } from './pool-options.ts';
import { PreloadSource } from './preload/preload-source.ts';
import type { StartProcess } from './process.ts';
import { directSource, type WorkerSource } from './worker-source.ts';

/**
 * The source that the options ask for.
 *
 * @param start how a process is started that is neither forked nor the host's
 */
export function makeSource(options: PoolOptions, reporter: PoolReporter, start: StartProcess): WorkerSource {
  const { command, attached, isPreloaded } = options;
  if (attached) {
    const control = new Socket({ fd: attached.fd, readable: true, writable: true });
    return new AttachedSource(control, command.threads, attached.events);
  }
  return isPreloaded ? new PreloadSource(command, reporter) : directSource(command, start);
}
