// Several gateways on the same sockets, from outside as if they were one. This process opens the sockets and holds them,
// starts the gateways, passes on what is asked of them, and serves no request itself.

import { takeIdentity } from '../compose/identity.ts';
import { openControl, type Control, type StopPace } from '../compose/control.ts';
import { watchApplications } from '../compose/watches.ts';
import { checkCertificates } from '../config/certificate.ts';
import { ConfigError, poolsWithApplication } from '../config/index.ts';
import { checkSecretFiles } from '../config/secret-file.ts';
import { configOfGateway, shareOfRange, whyIndivisible } from '../config/shares.ts';
import type { GatewayConfig, ProcessRange } from '../config/types.ts';
import type { ControlTarget } from '../control/server.ts';
import type { GatewayStatus, ReloadReport } from '../control/status.ts';
import {
  holdListener,
  ListenError,
  type Activation,
  type HeldListener,
  type Listener,
} from '../listen/index.ts';
import type { Logger } from '../observe/log.ts';
import type { CodeWatch } from '../service/watch-code.ts';
import type { Handle } from '../sockets/native.ts';
import { launchGateway } from './launch.ts';
import { mergeStatus } from './merge-status.ts';
import type { StartMessage } from './messages.ts';
import { Reloads } from './reloads.ts';
import { Seat, type Beginning, type SeatEvents } from './seat.ts';
import { Spread } from './spread.ts';
import { Traces } from './traces.ts';

/** What several gateways need besides their configuration. */
export interface GatewaysOptions extends Pick<
  StartMessage,
  'python' | 'pythons' | 'environment' | 'release'
> {
  readonly logger: Logger;
  /** The file that `logger` writes to at this moment; null: standard error. */
  readonly logFile: () => number | null;
  /** Sockets inherited from systemd. */
  readonly activation: Activation;
  /** Somebody has asked through the control socket for the end. */
  readonly onStop: (pace: StopPace) => void;
  /** Resolves when somebody wants it to end: then the start waits for nothing any more. */
  readonly stopping: Promise<unknown>;
  /** The code begins to be loaded again, or the last reload that ran is over. */
  readonly onReloading: (isReloading: boolean) => void;
}

/** What a gateway may take beyond the time that its running requests have: the last bytes to its clients, and to end. */
const END_MS = 15_000;

/**
 * Starts as many as `app.gateways` says. Resolves when each is ready. Rejects, leaving nothing behind, if a listener
 * cannot be opened or no gateway can start.
 */
export async function startGateways(config: GatewayConfig, options: GatewaysOptions): Promise<Gateways> {
  const gateways = new Gateways(config, options);
  try {
    await gateways.open();
    await gateways.start();
  } catch (error) {
    await gateways.stop();
    throw error;
  }
  return gateways;
}

/** Gateways that are one to whoever runs them. */
export class Gateways {
  /** With the numbers of processes of the moment. */
  #config: GatewayConfig;
  readonly #options: GatewaysOptions;
  readonly #logger: Logger;
  readonly #startedMs: number = performance.now();
  readonly #held: HeldListener[] = [];
  readonly #reloads: Reloads;
  readonly #spread = new Spread();
  readonly #traces = new Traces();
  readonly #seatEvents: SeatEvents = {
    connections: (number, count) => this.#count(number, count),
    passedOn: (listener, handle) => this.#passOn(listener, handle),
    traced: (traced) => this.#traces.told(traced),
  };
  #connectionsLimit = Infinity;
  #seats: readonly Seat[] = [];
  #beginnings: readonly Beginning[] = [];
  #watches: readonly CodeWatch[] = [];
  #control: Control | null = null;
  #stopped: Promise<void> | null = null;
  /** Whether each has been ready; not where `stopping` came before that. */
  isStarted = false;

  constructor(config: GatewayConfig, options: GatewaysOptions) {
    this.#config = config;
    this.#options = options;
    this.#logger = options.logger;
    this.#reloads = new Reloads(options.onReloading, (reason, pools) => this.#reloadAll(reason, pools));
  }

  get listeners(): readonly Listener[] {
    return this.#held.map(({ listener }) => listener);
  }

  get controlPath(): string | null {
    return this.#control?.path ?? null;
  }

  /** Opens every socket, and gives root up. May reject; then `stop()` is due. */
  async open(): Promise<void> {
    const { environment, activation } = this.#options;
    this.#control = await openControl(this.#config, environment, this.#commands(), this.#logger);
    for (const listen of this.#config.listen) this.#held.push(await holdListener(listen, activation));
    takeIdentity(this.#config.app);
    checkReadable(this.#config);
  }

  /** Starts the gateways. Rejects if none can start. */
  async start(): Promise<void> {
    const numbers = Array.from({ length: this.#config.app.gatewaysCount }, (_, index) => index + 1);
    this.#seats = numbers.map(
      (number) => new Seat(number, (...start) => this.#launch(...start), this.#logger, this.#seatEvents),
    );
    if (this.#config.app.isReloaded) this.#watches = this.#watch();
    const started = this.#allReady().then(() => {
      this.isStarted = true;
    });
    await Promise.race([started, this.#options.stopping]);
  }

  /** The pools that no worker of some gateway serves: by name, the traceback if that is why, else null. */
  unserved(): ReadonlyMap<string, string | null> {
    return new Map(this.#beginnings.flatMap((each) => (each.isReady ? [...each.unserved] : [])));
  }

  /** Loads the code again, one gateway after the other. */
  reload(reason: string): Promise<readonly ReloadReport[]> {
    return this.#reloads.reload(reason);
  }

  /** Rejects if a gateway does not answer. */
  readonly answers = async (): Promise<void> => {
    await Promise.all(this.#seats.map((seat) => seat.answers()));
  };

  /** Takes nothing new, lets all finish at the same time, and resolves when nothing is left. */
  stop(isPatient = false): Promise<void> {
    this.#stopped ??= this.#end(isPatient);
    return this.#stopped;
  }

  /** Ends everything at once; `stop()` resolves soon after. */
  stopNow(): void {
    for (const seat of this.#seats) seat.stopNow();
  }

  async #end(isPatient: boolean): Promise<void> {
    for (const { listener } of this.#held) listener.close();
    await Promise.all(this.#watches.map((watch) => watch.close()));
    const { pools, upstreams } = this.#config;
    const limits = [...Object.values(pools), ...Object.values(upstreams)].map((each) => each.stopTimeoutMs);
    const withinMs = isPatient ? null : Math.max(...limits) + END_MS;
    await Promise.all(this.#seats.map((seat) => seat.stop(isPatient, withinMs)));
    this.#control?.close();
  }

  async #allReady(): Promise<void> {
    this.#beginnings = await Promise.all(this.#seats.map((seat) => seat.beginning));
    const failures = this.#beginnings.filter((each) => !each.isReady);
    const [first] = failures;
    if (first !== undefined && failures.length === this.#seats.length) throw errorOf(first);
    await Promise.all(this.#seats.map((seat) => seat.ready));
  }

  #launch(number: number, events: Parameters<typeof launchGateway>[1]): ReturnType<typeof launchGateway> {
    const { python, pythons, environment, release, logFile } = this.#options;
    const parts = {
      number,
      count: this.#config.app.gatewaysCount,
      config: configOfGateway(this.#config, number),
      python,
      pythons,
      environment,
      release,
      sockets: this.#held.map(({ descriptor }) => descriptor),
      logFile: logFile(),
    };
    return launchGateway(parts, events);
  }

  #count(number: number, count: number | null): void {
    if (count === null) this.#spread.left(number);
    else this.#spread.reported(number, count);
    const { limit } = this.#spread;
    if (limit === this.#connectionsLimit) return;
    this.#connectionsLimit = limit;
    for (const seat of this.#seats) seat.setLimit(limit);
  }

  #passOn(listener: number, handle: Handle): void {
    const seat = this.#seats[(this.#spread.choose() ?? 0) - 1];
    if (seat) seat.give(listener, handle);
    else handle.close(() => {});
  }

  #watch(): readonly CodeWatch[] {
    return watchApplications(
      this.#config,
      this.#logger,
      (path, pools) => void this.#reloads.reload(`${path} has changed`, pools ?? undefined),
    );
  }

  #commands(): ControlTarget {
    return {
      run: async (request) => {
        switch (request.command) {
          case 'status':
            return this.#status();
          case 'reload':
            return this.reload('control socket');
          case 'scale':
            await this.#scale(request.pool, request.processes);
            return null;
          case 'drain':
            this.#options.onStop('patient');
            return null;
          case 'stop':
            this.#options.onStop(request.isNow ? 'now' : 'usual');
            return null;
        }
      },
      trace: async (filter, outbox) => {
        if (this.#seats.length === 0) throw new Error('the gateways are about to be started');
        return this.#traces.start(this.#seats, filter, outbox);
      },
    };
  }

  async #status(): Promise<GatewayStatus> {
    const all = await Promise.all(this.#seats.map((seat) => seat.status()));
    const wholes = all.flatMap(({ whole, brief }) =>
      whole === null ? [] : [{ number: brief.number, status: whole }],
    );
    return {
      pid: process.pid,
      release: this.#options.release,
      ageMs: Math.round(performance.now() - this.#startedMs),
      memoryBytes: wholes.reduce((sum, { status }) => sum + status.memoryBytes, process.memoryUsage.rss()),
      listeners: this.listeners.map(({ protocol, address }) => ({ protocol, address })),
      ...mergeStatus(wholes),
      gateways: all.map(({ brief }) => brief),
    };
  }

  /** A process that is started later has the new number too. */
  async #scale(pool: string, processes: ProcessRange): Promise<void> {
    const { gatewaysCount: count } = this.#config.app;
    const known = poolsWithApplication(this.#config);
    const config = known.get(pool);
    if (!config) throw new Error(`there is no pool ${pool}; there are ${[...known.keys()].join(', ')}`);
    const reason = whyIndivisible(processes, count);
    if (reason !== null) throw new Error(`pool ${pool}: ${reason}`);
    this.#config = { ...this.#config, pools: { ...this.#config.pools, [pool]: { ...config, processes } } };
    const scaled = this.#seats.map((seat, index) =>
      seat.ask({ command: 'scale', pool, processes: shareOfRange(processes, index + 1, count) }),
    );
    await Promise.all(scaled);
  }

  async #reloadAll(reason: string, pools?: ReadonlySet<string>): Promise<readonly ReloadReport[]> {
    this.#logger.info({ reason, ...(pools && { pools: [...pools] }) }, 'reloading');
    const names = new Set(pools ?? poolsWithApplication(this.#config).keys());
    const reports = new Map<string, ReloadReport>();
    for (const [index, seat] of this.#seats.entries()) {
      // Where one gateway cannot load the code the next ones keep theirs: the old code should serve everywhere then.
      const remaining = new Set([...names].filter((name) => (reports.get(name)?.reason ?? null) === null));
      const number = index + 1;
      const answer = await seat
        .ask({ command: 'reload', reason, pools: remaining })
        .catch((error: Error) => failedReload(remaining, error));
      for (const report of answer ?? []) {
        const where = report.reason === null ? null : `gateway ${number}: ${report.reason}`;
        reports.set(report.pool, { ...report, reason: where });
      }
    }
    return [...reports.values()];
  }
}

function failedReload(pools: ReadonlySet<string>, error: Error): readonly ReloadReport[] {
  return [...pools].map((pool) => ({ pool, reason: error.message, detail: '' }));
}

function errorOf(beginning: Extract<Beginning, { isReady: false }>): Error {
  const { failure, reason } = beginning;
  if (failure?.kind === 'listen') return new ListenError(failure.code, failure.address, failure.reason);
  return new Error(failure?.message ?? `no gateway could start: it ${reason}`);
}

/** A gateway that takes the place of another reads these files again, as whoever it is by then. */
function checkReadable(config: GatewayConfig): void {
  const unreadable = [
    ...checkSecretFiles(config, () => ({ kind: 'default' })),
    ...checkCertificates(config.listen, () => ({ kind: 'default' })),
  ];
  if (unreadable.length === 0) return;
  const advice = `; each gateway that is started reads it as user ${config.app.user}, which has to be able to`;
  throw new ConfigError(unreadable.map((problem) => ({ ...problem, text: `${problem.text}${advice}` })));
}
