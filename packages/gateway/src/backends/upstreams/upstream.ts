// Answers exchanges from servers that speak a protocol of their own: who takes which, what waits, and which are well.

import { GatewayError } from '../../exchange/errors.ts';
import type { Backend, Destination, Exchange } from '../../exchange/exchange.ts';
import { Roster } from '../../exchange/roster.ts';
import { choose } from './balance.ts';
import type { Change } from './condition.ts';
import { UpstreamFailure } from './failure.ts';
import { HealthChecks } from './health.ts';
import { Names } from './names.ts';
import { Passage, type PassageClocks, type PassageHost } from './passage.ts';
import type { UpstreamRequest } from './protocol.ts';
import { formatServer, Server, type ServerSpec } from './server.ts';
import { describeServer, type UpstreamStatus } from './upstream-status.ts';
import type { OwnClocks, UpstreamOptions, UpstreamReporter } from './upstream-options.ts';
import { WaitingLine } from './waiting-line.ts';

/** The servers of one `[upstream.NAME]`. */
export class Upstream implements Backend, Destination, PassageHost {
  readonly target: string;
  readonly #options: UpstreamOptions;
  readonly #reporter: UpstreamReporter;
  readonly #names: Names;
  readonly #line: WaitingLine;
  readonly #passages = new Roster<Passage>();
  /** By label. */
  #servers = new Map<string, Server>();
  readonly #checks = new Map<Server, HealthChecks>();
  /** Servers that names no longer lead to, as long as they have requests. */
  readonly #leaving = new Set<Server>();
  #isStopping = false;
  #stopped: Promise<void> | null = null;
  #whenIdle: (() => void) | null = null;

  constructor(options: UpstreamOptions, reporter: UpstreamReporter) {
    // Where a route names a server, that is the name.
    this.target = options.name.includes('://') ? options.name : `upstream:${options.name}`;
    this.#options = options;
    this.#reporter = reporter;
    this.#line = new WaitingLine(options.queueLength, options.queueTimeoutMs);
    const listener = {
      changed: (specs: readonly ServerSpec[]): void => this.#found(specs),
      failed: (name: string, reason: string): void => reporter.nameFailed(name, reason),
    };
    this.#names = new Names(options.servers, options.resolveEveryMs, listener, options.resolver);
  }

  /** Looks names up and begins to check. Resolves when the servers are known; those of unknown names come later. */
  async start(): Promise<void> {
    await this.#names.start();
  }

  /** Finishes what it has, up to the stop timeout, or as long as it takes if that is said. */
  stop(isPatient: boolean = false): Promise<void> {
    this.#stopped ??= this.#stop(isPatient);
    return this.#stopped;
  }

  async #stop(isPatient: boolean): Promise<void> {
    this.#isStopping = true;
    this.#names.stop();
    for (const checks of this.#checks.values()) checks.stop();
    this.#checks.clear();
    this.#line.refuse(new GatewayError('SLUICE_STOPPING', 'the gateway stops'));
    const deadline = isPatient ? undefined : setTimeout(() => this.stopNow(), this.#options.stopTimeoutMs);
    if (this.#passages.size > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    clearTimeout(deadline);
    for (const server of this.#all()) server.connections.destroy();
  }

  /** Ends what it has at once. */
  stopNow(): void {
    const error = new GatewayError('SLUICE_STOPPING', 'the gateway was told to stop at once');
    for (const passage of this.#passages.list()) passage.fail(error);
  }

  status(): UpstreamStatus {
    const { name, protocol } = this.#options;
    return {
      name,
      protocol: protocol.name,
      waiting: this.#line.length,
      servers: this.#all().map(describeServer),
    };
  }

  handle(exchange: Exchange): void {
    this.#take(exchange, this.#options);
  }

  /** The same upstream for requests with clocks of their own. */
  withTimeouts({ requestTimeoutMs, firstByteTimeoutMs, streamIdleTimeoutMs }: OwnClocks): Backend {
    if ((requestTimeoutMs ?? firstByteTimeoutMs ?? streamIdleTimeoutMs) === null) return this;
    const { requestMs, firstByteMs, idleMs, streamIdleMs } = this.#options;
    const clocks = {
      requestMs: requestTimeoutMs ?? requestMs,
      firstByteMs: firstByteTimeoutMs ?? firstByteMs,
      idleMs,
      streamIdleMs: streamIdleTimeoutMs ?? streamIdleMs,
    };
    return { handle: (exchange) => this.#take(exchange, clocks) };
  }

  choose(apart: ReadonlySet<Server>): Server | null {
    const nowMs = performance.now();
    // Who has waited once does not wait again: for a moment a server may have one more than allowed.
    const others = this.#open(nowMs).filter((server) => !apart.has(server));
    return this.#pick(others, nowMs);
  }

  left(server: Server): void {
    server.inFlight--;
    if (this.#leaving.has(server) && server.inFlight === 0) {
      this.#leaving.delete(server);
      server.connections.destroy();
    }
    this.#advance();
  }

  succeeded(server: Server): void {
    this.#changed(server, server.condition.succeeded(performance.now()));
  }

  failed(server: Server, { message }: UpstreamFailure): void {
    this.#changed(server, server.condition.failed(message, performance.now()));
  }

  log({ label }: Server, exchange: Exchange, text: string): void {
    this.#reporter.serverLog(label, exchange, text);
  }

  done(passage: Passage): void {
    this.#passages.delete(passage);
    if (this.#passages.size === 0) this.#whenIdle?.();
  }

  #take(exchange: Exchange, clocks: PassageClocks): void {
    exchange.queuedMs = performance.now();
    exchange.destination = this;
    if (this.#isStopping) return refuse(exchange, new GatewayError('SLUICE_STOPPING', 'the gateway stops'));
    if (this.#options.protocol.needsLength && exchange.body.sizeBytes === null) {
      const message = `a body of unknown size cannot be sent by ${this.#options.protocol.name}`;
      return refuse(exchange, new GatewayError('SLUICE_LENGTH_REQUIRED', message));
    }
    const request = this.#requestOf(exchange);
    if (request) this.#pass(exchange, request, clocks);
  }

  #requestOf(exchange: Exchange): UpstreamRequest | null {
    try {
      const variables = this.#options.variables(exchange.variables);
      return { method: variables.get('REQUEST_METHOD') ?? 'GET', variables, body: exchange.body };
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      refuse(exchange, error.toGatewayError(`upstream ${this.#options.name}`));
      return null;
    }
  }

  #pass(exchange: Exchange, request: UpstreamRequest, clocks: PassageClocks): void {
    const nowMs = performance.now();
    const open = this.#open(nowMs);
    if (open.length === 0) return refuse(exchange, this.#noServer());
    const server = this.#pick(this.#free(open), nowMs);
    if (server === null) {
      this.#line.add(exchange, () => this.#pass(exchange, request, clocks));
      return;
    }
    const passage = new Passage(exchange, request, clocks, this);
    this.#passages.add(passage);
    passage.begin(server);
  }

  /** Those that requests may go to. */
  #open(nowMs: number): Server[] {
    return [...this.#servers.values()].filter(({ condition }) => condition.isOpen(nowMs));
  }

  /** Those of them that may have one more. */
  #free(servers: readonly Server[]): readonly Server[] {
    const { inFlightMax } = this.#options;
    return inFlightMax === null ? servers : servers.filter(({ inFlight }) => inFlight < inFlightMax);
  }

  /** Goes on with those who wait, as far as there is room, or if there is nobody left to wait for. */
  #advance(): void {
    while (this.#line.length > 0) {
      const open = this.#open(performance.now());
      if (open.length > 0 && this.#free(open).length === 0) return;
      this.#line.next();
    }
  }

  #pick(servers: readonly Server[], nowMs: number): Server | null {
    const server = choose(servers, this.#options.slowStartMs, nowMs);
    if (!server) return null;
    server.inFlight++;
    server.condition.began(nowMs);
    return server;
  }

  #noServer(): GatewayError {
    const { name } = this.#options;
    const servers = [...this.#servers.values()].map(
      ({ label, condition }) => `${label} (${condition.reason})`,
    );
    const seen = servers.length === 0 ? 'no address is known for it' : `down: ${servers.join(', ')}`;
    return new GatewayError('SLUICE_UPSTREAM_DOWN', `upstream ${name} has no server: ${seen}`);
  }

  /** Brings the servers up to what names stand for now. */
  #found(specs: readonly ServerSpec[]): void {
    const nowMs = performance.now();
    const isFirst = this.#servers.size === 0;
    const before = this.#servers;
    this.#servers = new Map();
    for (const spec of specs) {
      const label = formatServer(spec.address);
      const known = before.get(label);
      if (this.#servers.has(label)) continue;
      const server =
        known ?? new Server(this, spec, this.#options.protocol, this.#options, isFirst ? null : nowMs);
      server.weight = spec.weight;
      this.#servers.set(label, server);
      if (!known) this.#check(server);
    }
    for (const server of before.values()) if (!this.#servers.has(server.label)) this.#retire(server);
    this.#reporter.serversFound([...this.#servers.keys()]);
    this.#advance();
  }

  #check(server: Server): void {
    const { checks, variables } = this.#options;
    if (checks === null) return;
    const heard = (failure: string | null): void => {
      this.#changed(server, server.condition.checked(failure, performance.now()));
    };
    this.#checks.set(server, new HealthChecks(server, checks, variables, heard));
  }

  #retire(server: Server): void {
    this.#checks.get(server)?.stop();
    this.#checks.delete(server);
    if (server.inFlight === 0) return server.connections.destroy();
    server.connections.close();
    this.#leaving.add(server);
  }

  #changed(server: Server, change: Change): void {
    if (change === null || this.#leaving.has(server)) return;
    if (change === 'down') this.#reporter.serverDown(server.label, server.condition.reason);
    else this.#reporter.serverUp(server.label);
    // Whoever waits may go on, or learns that there is nobody to wait for.
    this.#advance();
  }

  #all(): Server[] {
    return [...this.#servers.values(), ...this.#leaving];
  }
}

function refuse(exchange: Exchange, error: GatewayError): void {
  if (exchange.body.kind === 'stream') exchange.body.discard();
  exchange.fail(error);
}
