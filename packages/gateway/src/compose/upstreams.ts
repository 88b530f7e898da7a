// Owns the upstreams of a gateway together: made from the configuration, started and stopped as one.

import { AjpProtocol } from '../backends/upstreams/ajp.ts';
import { DialectProtocol } from '../backends/upstreams/dialect.ts';
import { FastCgiProtocol } from '../backends/upstreams/fastcgi.ts';
import { HttpProtocol } from '../backends/upstreams/http.ts';
import type { UpstreamProtocol } from '../backends/upstreams/protocol.ts';
import { variablesBy } from '../backends/upstreams/request-variables.ts';
import { SCGI } from '../backends/upstreams/scgi.ts';
import { UWSGI } from '../backends/upstreams/uwsgi.ts';
import type { UpstreamOptions } from '../backends/upstreams/upstream-options.ts';
import type { UpstreamStatus } from '../backends/upstreams/upstream-status.ts';
import { Upstream } from '../backends/upstreams/upstream.ts';
import { knownForwarding } from '../config/forwarding-headers.ts';
import { defaultUpstream } from '../config/index.ts';
import { readSecret } from '../config/secret-file.ts';
import type { GatewayConfig, RouteTarget, UpstreamConfig } from '../config/types.ts';
import type { Logger } from '../observe/log.ts';
import { logUpstream } from './log-upstream.ts';

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

/** The packet size of AJP that containers have unless told otherwise. */
const AJP_PACKET_BYTES = 8192;

function secretOf(path: string): string {
  const secret = readSecret(path);
  if ('reason' in secret) throw new Error(`${path}: ${secret.reason}`);
  return secret.value;
}

function makeProtocol(config: UpstreamConfig): UpstreamProtocol {
  switch (config.protocol) {
    case 'fastcgi':
      return new FastCgiProtocol((config.keepAliveCount ?? 0) > 0, config.documentRoot !== null);
    case 'ajp':
      return new AjpProtocol({
        secret: config.secretFile === null ? null : secretOf(config.secretFile),
        packetBytes: config.packetBytes ?? AJP_PACKET_BYTES,
      });
    case 'scgi':
      return new DialectProtocol(SCGI);
    case 'uwsgi':
      return new DialectProtocol(UWSGI);
    case 'http':
      return new HttpProtocol({
        keepsConnections: config.keepAliveCount !== 0,
        forwarding: { mode: config.forwarding ?? 'replace', headers: knownForwarding },
      });
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
