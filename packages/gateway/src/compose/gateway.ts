// Wires a gateway together from its configuration: the only place that knows fronts and backends at once.

import { once } from 'node:events';
import { workerPackage } from '../backends/workers/package.ts';
import type { PoolOptions } from '../backends/workers/pool-options.ts';
import { Pool } from '../backends/workers/pool.ts';
import { readSecret } from '../config/secret-file.ts';
import type { GatewayConfig, ListenConfig, PoolConfig } from '../config/types.ts';
import { AjpFront } from '../fronts/ajp.ts';
import { mountAttribute } from '../fronts/ajp-variables.ts';
import { FastCgiFront } from '../fronts/fastcgi.ts';
import type { Front, FrontOptions } from '../fronts/front.ts';
import { HttpFront } from '../fronts/http.ts';
import { openListener, type Activation, type Listener } from '../listen/index.ts';
import { startAccessLog, startFailureLog } from '../observe/access-log.ts';
import type { Logger } from '../observe/log.ts';
import { Router, type Route } from '../routing/router.ts';
import { Spool } from '../spool/spool.ts';
import { logPool } from './log-pool.ts';

/** When all requests are answered, how long their clients may take to read the answers. */
const LAST_BYTES_MS = 5_000;

/** The packet size of AJP that web servers have unless told otherwise. */
const AJP_PACKET_BYTES = 8192;

/** What a gateway needs besides its configuration. */
export interface GatewayOptions {
  readonly logger: Logger;
  /** The interpreter that runs the workers. */
  readonly python: string;
  /** Environment of the workers, before what the configuration adds. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Sockets inherited from systemd; default none. */
  readonly activation?: Activation;
}

/** A gateway that serves. */
export interface Gateway {
  readonly listeners: readonly Listener[];
  /** Takes no new requests, finishes those it has, and resolves when nothing is left of it. */
  stop(): Promise<void>;
  /** Ends everything at once; `stop()` resolves soon after. */
  stopNow(): void;
}

/**
 * Starts a gateway. Resolves when it accepts requests: its workers have been started, and the first has either loaded
 * the application or failed to. Rejects, leaving nothing behind, if a listener cannot be opened.
 */
export async function startGateway(config: GatewayConfig, options: GatewayOptions): Promise<Gateway> {
  const { logger } = options;
  const pools = new Map<string, Pool>();
  for (const [name, pool] of Object.entries(config.pools)) {
    pools.set(name, new Pool(poolOptions(name, pool, config, options), logPool(logger, name)));
  }
  const spool = new Spool(config.body.spoolDirectory);
  const router = new Router(routesOf(config, pools), poolNamed(pools, 'default'), config.body, spool);
  const opened: { front: Front; listener: Listener }[] = [];
  const stopLogs = [startFailureLog(logger), ...(config.log.access ? [startAccessLog(logger)] : [])];

  const stopNow = (): void => {
    for (const pool of pools.values()) pool.stopNow();
    for (const { front } of opened) front.destroy();
  };
  const stop = async (): Promise<void> => {
    const closed = opened.map(({ front }) => once(front.server, 'close'));
    for (const { front, listener } of opened) {
      listener.close();
      front.drain();
    }
    await Promise.all([...pools.values()].map((pool) => pool.stop()));
    for (const { front } of opened) front.drain();
    const deadline = setTimeout(() => opened.forEach(({ front }) => front.destroy()), LAST_BYTES_MS);
    await Promise.all(closed);
    clearTimeout(deadline);
    spool.close();
    for (const stopLog of stopLogs) stopLog();
  };

  try {
    for (const listen of config.listen) {
      const front = makeFront(listen, config, router, logger);
      const listener = await openListener(listen, front.server, {
        connectionsCount: config.limits.connectionsCount,
        ...(options.activation && { activation: options.activation }),
        onRefused: (peer, reason) => {
          logger.warn({ code: 'SLUICE_CONNECTION_REFUSED', peer, reason }, `connection refused: ${reason}`);
        },
      });
      opened.push({ front, listener });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  await Promise.all([...pools.values()].map((pool) => pool.start()));
  return { listeners: opened.map(({ listener }) => listener), stop, stopNow };
}

function makeFront(listen: ListenConfig, config: GatewayConfig, router: Router, logger: Logger): Front {
  const options: FrontOptions = {
    handle: (exchange) => router.handle(exchange, listen.mount),
    showDetail: config.app.debug,
    variablesBytes: config.limits.variablesBytes,
    variablesCount: config.limits.variablesCount,
  };
  switch (listen.protocol) {
    case 'http':
      return new HttpFront(options);
    case 'fastcgi':
      return new FastCgiFront(options);
    case 'ajp':
      return makeAjpFront(listen, options, router, logger);
  }
}

function makeAjpFront(listen: ListenConfig, options: FrontOptions, router: Router, logger: Logger): Front {
  const secret = listen.secretFile === null ? null : readSecret(listen.secretFile);
  if (secret !== null && 'reason' in secret) throw new Error(`${listen.secretFile}: ${secret.reason}`);
  return new AjpFront({
    ...options,
    handle: (exchange) => router.handle(exchange, mountAttribute(exchange.variables) ?? listen.mount),
    secret: secret?.value ?? null,
    allowedAttributes: listen.allowedAttributes ?? [],
    packetBytes: listen.packetBytes ?? AJP_PACKET_BYTES,
    isPathDecoded: listen.isPathDecoded,
    refused: (peer, { message, code, untold }) => {
      const fields = { code: 'SLUICE_CONNECTION_REFUSED', peer, reason: code, ...(untold > 0 && { untold }) };
      logger.warn(fields, `AJP request refused: ${message}`);
    },
  });
}

function routesOf(config: GatewayConfig, pools: ReadonlyMap<string, Pool>): Route[] {
  return config.routes.map((route) => ({ config: route, backend: poolNamed(pools, route.to.name) }));
}

function poolNamed(pools: ReadonlyMap<string, Pool>, name: string): Pool {
  const pool = pools.get(name);
  if (!pool) throw new Error(`there is no pool named ${JSON.stringify(name)}`);
  return pool;
}

function poolOptions(
  name: string,
  pool: PoolConfig,
  config: GatewayConfig,
  options: GatewayOptions,
): PoolOptions {
  return {
    ...pool,
    name,
    command: {
      python: options.python,
      packageDirectory: workerPackage(),
      target: config.app.target,
      directory: config.app.directory,
      threads: pool.threads,
      isMultiprocess: pool.processes > 1,
      debug: config.app.debug,
      environment: { ...options.environment, ...config.app.environment },
    },
  };
}
