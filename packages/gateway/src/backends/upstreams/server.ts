// Owns one server of an upstream: its address, its connections, what it has to do, and what is believed of it.

import type { Destination } from '../../exchange/exchange.ts';
import type { Choosable } from './balance.ts';
import { Condition, type ConditionOptions } from './condition.ts';
import { Connections, type ConnectionOptions } from './connections.ts';
import type { ServerAddress } from './link.ts';
import type { UpstreamProtocol } from './protocol.ts';

/** A server as names and configuration give it. */
export interface ServerSpec {
  readonly address: ServerAddress;
  readonly weight: number;
}

/** One server. */
export class Server implements Choosable, Destination {
  /** What its upstream is called where a route leads to it. */
  readonly target: string;
  /** Its address in words; no two servers of an upstream have the same. */
  readonly label: string;
  readonly address: ServerAddress;
  readonly connections: Connections;
  readonly condition: Condition;
  weight: number;
  inFlight = 0;
  credit = 0;
  /** Requests it has answered, and those it has not. */
  servedCount = 0;
  failedCount = 0;

  /** @param upSinceMs when it was found, or null if it was there from the beginning */
  constructor(
    { target }: Destination,
    spec: ServerSpec,
    protocol: UpstreamProtocol,
    options: ConnectionOptions & ConditionOptions,
    upSinceMs: number | null,
  ) {
    this.target = target;
    this.label = formatServer(spec.address);
    this.address = spec.address;
    this.weight = spec.weight;
    this.connections = new Connections(spec.address, protocol, options);
    this.condition = new Condition(options, upSinceMs);
  }

  get upSinceMs(): number | null {
    return this.condition.upSinceMs;
  }
}

/** `unix:/run/app.sock`, `10.0.0.2:9000`, `[::1]:9000`. */
export function formatServer(address: ServerAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const { host, port } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
