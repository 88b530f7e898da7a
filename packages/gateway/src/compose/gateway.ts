// Wires a gateway together from its configuration: the only place that knows fronts and backends at once.

import { once } from 'node:events';
import { readSecret } from '../config/secret-file.ts';
import type { GatewayConfig, ListenConfig } from '../config/types.ts';
import { AjpFront } from '../fronts/ajp.ts';
import { mountAttribute } from '../fronts/ajp-variables.ts';
import { FastCgiFront } from '../fronts/fastcgi.ts';
import type { Front, FrontOptions } from '../fronts/front.ts';
import { HttpFront } from '../fronts/http.ts';
import { openListener, type Activation, type Listener } from '../listen/index.ts';
import { startAccessLog, startFailureLog } from '../observe/access-log.ts';
import type { Logger } from '../observe/log.ts';
import { Router, type Route } from '../routing/router.ts';
import { watchCode, type CodeWatch } from '../service/watch-code.ts';
import { Spool } from '../spool/spool.ts';
import { Pools, type ReloadResults, type WorkerParts } from './pools.ts';

/** When all requests are answered, how long their clients may take to read the answers. */
const LAST_BYTES_MS = 5_000;

/** The packet size of AJP that web servers have unless told otherwise. */
const AJP_PACKET_BYTES = 8192;

/** What a gateway needs besides its configuration. */
export interface GatewayOptions extends WorkerParts {
  /** Sockets inherited from systemd; default none. */
  readonly activation?: Activation;
}

/** A gateway that serves. */
export interface Gateway {
  readonly listeners: readonly Listener[];
  /** Loads the code again, for a reason that goes into the log. Requests never wait for it. */
  reload(reason: string): Promise<ReloadResults>;
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
  const pools = new Pools(config, options);
  const spool = new Spool(config.body.spoolDirectory);
  const router = new Router(routesOf(config, pools), pools.get('default'), config.body, spool);
  const opened: { front: Front; listener: Listener }[] = [];
  const stopLogs = [startFailureLog(logger), ...(config.log.access ? [startAccessLog(logger)] : [])];

  let watch: CodeWatch | null = null;
  const reload = (reason: string): Promise<ReloadResults> => {
    logger.info({ reason }, 'reloading');
    return pools.reload();
  };
  const stopNow = (): void => {
    pools.stopNow();
    for (const { front } of opened) front.destroy();
  };
  const stop = async (): Promise<void> => {
    const closed = opened.map(({ front }) => once(front.server, 'close'));
    for (const { front, listener } of opened) {
      listener.close();
      front.drain();
    }
    await watch?.close();
    await pools.stop();
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
  watch = config.app.isReloaded ? watchApplication(config, logger, reload) : null;
  await pools.start();
  return { listeners: opened.map(({ listener }) => listener), reload, stop, stopNow };
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

function watchApplication(
  { app }: GatewayConfig,
  logger: Logger,
  reload: (reason: string) => unknown,
): CodeWatch {
  const watch = watchCode(
    app.directory,
    (path) => reload(`${path} has changed`),
    (error) => logger.warn({ code: 'SLUICE_WATCH_FAILED', error }, 'files are not watched for changes'),
  );
  void watch.ready.then(() => logger.info({ directory: app.directory }, 'files are watched for changes'));
  return watch;
}

function routesOf(config: GatewayConfig, pools: Pools): Route[] {
  return config.routes.map((route) => ({ config: route, backend: pools.get(route.to.name) }));
}
