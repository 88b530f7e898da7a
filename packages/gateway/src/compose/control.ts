// Opens the control socket of a gateway and connects its commands with what they act on.

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { GatewayConfig } from '../config/types.ts';
import { defaultControlPath } from '../control/place.ts';
import { ControlServer, type ControlTarget } from '../control/server.ts';
import { startTrace } from '../control/tracer.ts';
import type { GatewayStatus, ReloadReport } from '../control/status.ts';
import { ListenError, listenOnUnixSocket } from '../listen/index.ts';
import type { Logger } from '../observe/log.ts';
import type { Pools, ReloadResults } from './pools.ts';

/** How much time running requests get when the gateway ends: all they need, up to `stop_timeout`, none. */
export type StopPace = 'patient' | 'usual' | 'now';

/** What the commands act on. */
export interface ControlParts {
  readonly pools: Pools;
  readonly status: () => GatewayStatus;
  readonly reload: (reason: string) => Promise<ReloadResults>;
  /** The end of the gateway is wanted: patiently, within its limits, or at once. */
  readonly stop: (pace: StopPace) => void;
}

/** An open control socket. */
export interface Control {
  readonly path: string;
  /** Closes it and removes the file. Whoever waits for the end of the gateway sees that it has come. */
  readonly close: () => void;
}

/** Connections that may wait to be accepted. */
const BACKLOG_COUNT = 16;

/**
 * Opens it where the configuration says, or in its default place. Resolves with null if there is none: it is off, there is
 * no default place, or that cannot be used, which is logged. Rejects with a `ListenError` if a place was configured.
 */
export async function openControl(
  { app, control }: GatewayConfig,
  environment: Readonly<Record<string, string | undefined>>,
  commands: ControlTarget,
  logger: Logger,
): Promise<Control | null> {
  const { address } = control;
  if (address?.kind === 'off') return null;
  const path = address?.path ?? defaultControlPath(app.directory, environment);
  if (path === null) return null;
  const server = new ControlServer(commands);
  try {
    if (address === null) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = { mode: 0o600, owner: app.user, group: null, backlogCount: BACKLOG_COUNT };
    const close = await listenOnUnixSocket(server.server, path, file);
    return {
      path,
      close: () => {
        close();
        server.disconnect();
      },
    };
  } catch (error) {
    if (address !== null) throw error;
    const message = error instanceof ListenError ? error.message : String(error);
    logger.warn({ code: 'SLUICE_CONTROL_UNAVAILABLE' }, `no control socket: ${message}`);
    return null;
  }
}

/** The commands of one gateway. */
export function commandsOf({ pools, status, reload, stop }: ControlParts): ControlTarget {
  const run: ControlTarget['run'] = async (request) => {
    switch (request.command) {
      case 'status':
        return status();
      case 'reload':
        return reportsOf(await reload('control socket'));
      case 'scale':
        pools.find(request.pool).scale(request.processes);
        return null;
      case 'drain':
        stop('patient');
        return null;
      case 'stop':
        stop(request.isNow ? 'now' : 'usual');
        return null;
    }
  };
  return { run, trace: async (filter, outbox) => startTrace(filter, outbox) };
}

/** What came of a reload, as it is told. */
export function reportsOf(results: ReloadResults): ReloadReport[] {
  return [...results].map(([pool, failure]) => ({
    pool,
    reason: failure?.reason ?? null,
    detail: failure?.detail ?? '',
  }));
}
