// Owns the upstreams of a gateway together: made from the configuration, started and stopped as one.

import { variablesBy } from '../backends/upstreams/request-variables.ts';
import type { UpstreamOptions } from '../backends/upstreams/upstream-options.ts';
import type { UpstreamStatus } from '../backends/upstreams/upstream-status.ts';
import { Upstream } from '../backends/upstreams/upstream.ts';
import { defaultUpstream } from '../config/index.ts';
import type { GatewayConfig, RouteTarget, UpstreamConfig } from '../config/types.ts';
import type { Logger } from '../observe/log.ts';
import { logUpstream } from './log-upstream.ts';
import { makeProtocol } from './upstream-protocol.ts';

/** Every upstream that is configured, and one for each server that a route names. */
export class Upstreams {
  readonly #upstreams = new Map<string, Upstream>();

  constructor({ upstreams, routes }: GatewayConfig, logger: Logger) {
    const add = (name: string, config: UpstreamConfig): void => {
      if (this.#upstreams.has(name)) return;
      this.#upstreams.set(name, new Upstream(upstreamOptions(name, config), logUpstream(logger, name)));
    };
    for (const [name, config] of Object.entries(upstreams)) add(name, config);
    for (const { to } of routes) {
      if (to.kind === 'server') add(serverName(to), defaultUpstream(to.protocol, to.address));
    }
  }

  /** What a route leads to. The configuration has been checked: a name that does not exist is a bug. */
  get(target: Exclude<RouteTarget, { readonly kind: 'pool' }>): Upstream {
    const name = target.kind === 'server' ? serverName(target) : target.name;
    const upstream = this.#upstreams.get(name);
    if (!upstream) throw new Error(`there is no upstream named ${JSON.stringify(name)}`);
    return upstream;
  }

  /** What each does at this moment. */
  status(): UpstreamStatus[] {
    return [...this.#upstreams.values()].map((upstream) => upstream.status());
  }

  /** Starts all. Resolves when their names have been looked up. */
  async start(): Promise<void> {
    await Promise.all([...this.#upstreams.values()].map((upstream) => upstream.start()));
  }

  /** Resolves when all have finished what they have; a patient end has no limit. */
  async stop(isPatient: boolean): Promise<void> {
    await Promise.all([...this.#upstreams.values()].map((upstream) => upstream.stop(isPatient)));
  }

  /** Ends all at once. */
  stopNow(): void {
    for (const upstream of this.#upstreams.values()) upstream.stopNow();
  }
}

/** A server that a route names, as it would be written there; no name of an upstream has a colon. */
function serverName({ protocol, address }: Extract<RouteTarget, { readonly kind: 'server' }>): string {
  switch (address.kind) {
    case 'unix':
      return `${protocol}://unix:${address.path}`;
    case 'srv':
      return `${protocol}://srv:${address.name}`;
    case 'tcp':
      return `${protocol}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
  }
}

function upstreamOptions(name: string, config: UpstreamConfig): UpstreamOptions {
  const protocol = makeProtocol(config);
  return {
    name,
    protocol,
    servers: config.servers,
    resolveEveryMs: config.resolveMs,
    connectTimeoutMs: config.connectTimeoutMs,
    keptCount: config.keepAliveCount ?? protocol.keepAliveDefault,
    keptForMs: config.keepAliveTimeoutMs,
    inFlightMax: config.maxConnections,
    queueLength: config.queueLength,
    queueTimeoutMs: config.queueTimeoutMs,
    slowStartMs: config.slowStartMs,
    failAfter: config.failAfter,
    failTimeoutMs: config.failTimeoutMs,
    checksToFall: config.healthFall,
    checksToRise: config.healthRise,
    checks:
      config.healthIntervalMs === null
        ? null
        : { everyMs: config.healthIntervalMs, timeoutMs: config.healthTimeoutMs, path: config.healthPath },
    idleMs: config.readTimeoutMs,
    requestMs: config.requestTimeoutMs,
    firstByteMs: null,
    streamIdleMs: null,
    stopTimeoutMs: config.stopTimeoutMs,
    variables: variablesBy(config),
  };
}
