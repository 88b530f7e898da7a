// Wires a gateway together from its configuration: the only place that knows fronts and backends at once.

import type { GatewayConfig } from '../config/types.ts';
import { Counters } from '../control/counters.ts';
import type { GatewayStatus } from '../control/status.ts';
import type { ControlTarget } from '../control/server.ts';
import type { Listener } from '../listen/index.ts';
import { startAccessLog, startFailureLog } from '../observe/access-log.ts';
import type { Logger } from '../observe/log.ts';
import { openFilesLimit } from '../service/open-files.ts';
import { Router } from '../routing/router.ts';
import type { CodeWatch } from '../service/watch-code.ts';
import { BodyClock } from '../spool/body-clock.ts';
import { Spool } from '../spool/spool.ts';
import { takeIdentity } from './identity.ts';
import { commandsOf, openControl, type Control, type StopPace } from './control.ts';
import { Fronts, type SocketSources } from './fronts.ts';
import { warnOfFewFiles } from './open-files.ts';
import { makeReplies } from './replies.ts';
import { Pools, type AttachmentEvents, type ReloadResults, type WorkerParts } from './pools.ts';
import { watchApplications } from './watches.ts';
import { makeRoutes, nobody } from './routes.ts';
import { Upstreams } from './upstreams.ts';

/** What a gateway needs besides its configuration. */
export interface GatewayOptions extends Omit<WorkerParts, 'attachment'>, SocketSources {
  /** Of the package, for `sluice status`. */
  readonly release: string;
  /** Somebody has asked through the control socket for the gateway to end. Default: it does. */
  readonly onStop?: (pace: StopPace) => void;
  /** What a process wants that has started the gateway and runs the application itself. Default: the gateway ends. */
  readonly attachment?: AttachmentEvents;
  /** Resolves when somebody wants it to end: then the start waits for nothing any more. Default: never. */
  readonly stopping?: Promise<unknown>;
  /** The code begins to be loaded again, or the last reload that ran is over. */
  readonly onReloading?: (isReloading: boolean) => void;
}

/** A gateway that serves. */
export interface Gateway {
  readonly listeners: readonly Listener[];
  /** Where it listens for commands, or null. */
  readonly controlPath: string | null;
  /** Whether each pool has had a worker that was ready or has failed; not where `stopping` came before that. */
  readonly isStarted: boolean;
  /** What it does at this moment. */
  status(): GatewayStatus;
  /** What the commands of the control socket act on. */
  readonly commands: ControlTarget;
  /** The pools that no worker serves: by name, the traceback if that is why, else null. */
  unserved(): ReadonlyMap<string, string | null>;
  /**
   * Loads the code again, for a reason that goes into the log. Requests never wait for it.
   *
   * @param pools only that of these; default all
   */
  reload(reason: string, pools?: ReadonlySet<string>): Promise<ReloadResults>;
  /**
   * Takes no new requests, finishes those it has, and resolves when nothing is left of it.
   *
   * @param isPatient without the limit of `stop_timeout`; default false
   */
  stop(isPatient?: boolean): Promise<void>;
  /** Ends everything at once; `stop()` resolves soon after. */
  stopNow(): void;
}

/**
 * Starts a gateway. Resolves when it accepts requests: its workers have been started, and the first has either loaded
 * the application or failed to. Rejects, leaving nothing behind, if a listener cannot be opened.
 */
export async function startGateway(config: GatewayConfig, options: GatewayOptions): Promise<Gateway> {
  const gateway = new WiredGateway(config, options);
  try {
    await gateway.open();
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  await gateway.start();
  return gateway;
}

class WiredGateway implements Gateway {
  readonly #config: GatewayConfig;
  readonly #options: GatewayOptions;
  readonly #logger: Logger;
  readonly #pools: Pools;
  readonly #upstreams: Upstreams;
  readonly #spool: Spool;
  readonly #fronts: Fronts;
  readonly #counters = new Counters();
  readonly #stopLogs: readonly (() => void)[];
  readonly #startedMs = performance.now();
  readonly commands: ControlTarget;
  #reloadsCount = 0;
  isStarted = false;
  #control: Control | null = null;
  #watches: readonly CodeWatch[] = [];

  constructor(config: GatewayConfig, options: GatewayOptions) {
    const { logger } = options;
    this.#config = config;
    this.#options = options;
    this.#logger = logger;
    const attachment = { stop: (): void => this.#end('usual'), gone: (): void => this.#end('now') };
    this.#pools = new Pools(config, { attachment, ...options });
    this.#spool = new Spool(config.body.spoolDirectory);
    this.#upstreams = new Upstreams(config, logger);
    const fallback = config.app.target === '' ? nobody : this.#pools.get('default');
    const router = new Router({
      routes: makeRoutes(config, this.#pools, this.#upstreams),
      fallback,
      body: config.body,
      spool: this.#spool,
      delivery: makeReplies(config.reply, this.#spool, logger),
      bodyClock: new BodyClock(config.limits.bodyTimeoutMs),
    });
    this.#fronts = new Fronts(config, router, logger, options);
    this.commands = commandsOf({
      pools: this.#pools,
      status: () => this.status(),
      reload: (reason: string) => this.reload(reason),
      stop: options.onStop ?? ((pace: StopPace): void => this.#end(pace)),
    });
    this.#stopLogs = [startFailureLog(logger), ...(config.log.access ? [startAccessLog(logger)] : [])];
  }

  get listeners(): readonly Listener[] {
    return this.#fronts.listeners;
  }

  get controlPath(): string | null {
    return this.#control?.path ?? null;
  }

  /** Opens every socket. May reject; then `stop()` is due. */
  async open(): Promise<void> {
    const { environment } = this.#options;
    this.#control = await openControl(this.#config, environment, this.commands, this.#logger);
    await this.#fronts.open();
    takeIdentity(this.#config.app);
    warnOfFewFiles(this.#config, openFilesLimit(), this.#logger);
  }

  async start(): Promise<void> {
    this.#watches = this.#config.app.isReloaded ? this.#watch() : [];
    const { stopping } = this.#options;
    const started = Promise.all([this.#pools.start(), this.#upstreams.start()]).then(() => {
      this.isStarted = true;
    });
    await (stopping ? Promise.race([started, stopping]) : started);
  }

  #watch(): readonly CodeWatch[] {
    return watchApplications(
      this.#config,
      this.#logger,
      (path, pools) => void this.reload(`${path} has changed`, pools ?? undefined),
    );
  }

  status(): GatewayStatus {
    return {
      pid: process.pid,
      release: this.#options.release,
      ageMs: Math.round(performance.now() - this.#startedMs),
      memoryBytes: process.memoryUsage.rss(),
      listeners: this.listeners.map(({ protocol, address }) => ({ protocol, address })),
      connectionsCount: this.#fronts.connectionsCount,
      counts: this.#counters.counts,
      pools: this.#pools.status(),
      upstreams: this.#upstreams.status(),
    };
  }

  unserved(): ReadonlyMap<string, string | null> {
    return this.#pools.unserved();
  }

  async reload(reason: string, pools?: ReadonlySet<string>): Promise<ReloadResults> {
    this.#logger.info({ reason, ...(pools && { pools: [...pools] }) }, 'reloading');
    this.#reloadsCount++;
    this.#options.onReloading?.(true);
    this.#fronts.reload();
    const results = await this.#pools.reload(pools);
    this.#reloadsCount--;
    if (this.#reloadsCount === 0) this.#options.onReloading?.(false);
    return results;
  }

  async stop(isPatient = false): Promise<void> {
    this.#fronts.beginClosing();
    await Promise.all(this.#watches.map((watch) => watch.close()));
    await this.#fronts.lastCall();
    await Promise.all([this.#pools.stop(isPatient), this.#upstreams.stop(isPatient)]);
    await this.#fronts.closed();
    this.#spool.close();
    this.#counters.close();
    this.#control?.close();
    for (const stopLog of this.#stopLogs) stopLog();
  }

  stopNow(): void {
    this.#pools.stopNow();
    this.#upstreams.stopNow();
    this.#fronts.destroy();
  }

  #end(pace: StopPace): void {
    void this.stop(pace === 'patient');
    if (pace === 'now') this.stopNow();
  }
}
