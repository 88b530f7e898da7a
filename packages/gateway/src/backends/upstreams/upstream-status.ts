// What can be said about an upstream from outside at one moment.

import type { Server } from './server.ts';

/** An upstream. */
export interface UpstreamStatus {
  readonly name: string;
  readonly protocol: string;
  /** Requests that wait for a server. */
  readonly waiting: number;
  readonly servers: readonly ServerStatus[];
}

/** One of its servers. */
export interface ServerStatus {
  readonly address: string;
  readonly isUp: boolean;
  readonly weight: number;
  /** Requests it has. */
  readonly inFlight: number;
  /** Connections that are kept. */
  readonly idleConnections: number;
  readonly servedCount: number;
  readonly failedCount: number;
  /** The last thing that went wrong, if it is down; else empty. */
  readonly reason: string;
}

/** Describes a server. */
export function describeServer({
  label,
  condition,
  weight,
  inFlight,
  connections,
  servedCount,
  failedCount,
}: Server): ServerStatus {
  return {
    address: label,
    isUp: condition.isUp,
    weight,
    inFlight,
    idleConnections: connections.idleCount,
    servedCount,
    failedCount,
    reason: condition.isUp ? '' : condition.reason,
  };
}
