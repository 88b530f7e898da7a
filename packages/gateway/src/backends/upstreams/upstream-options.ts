// What an upstream is made with, and to whom it tells what happens.

import type { Exchange } from '../../exchange/exchange.ts';
import type { Variables } from '../../exchange/variables.ts';
import type { ConditionOptions } from './condition.ts';
import type { CheckOptions } from './health.ts';
import type { Resolver, WeightedAddress } from './names.ts';
import type { PassageClocks } from './passage.ts';
import type { UpstreamProtocol } from './protocol.ts';

/** How an upstream behaves. Times are milliseconds. */
export interface UpstreamOptions extends ConditionOptions, PassageClocks {
  readonly name: string;
  readonly protocol: UpstreamProtocol;
  readonly servers: readonly WeightedAddress[];
  /** How often names are looked up. */
  readonly resolveEveryMs: number;
  readonly connectTimeoutMs: number;
  /** Idle connections kept for each server. */
  readonly keptCount: number;
  readonly keptForMs: number;
  /** Requests at a time on each server; null: no limit. Those beyond wait. */
  readonly inFlightMax: number | null;
  readonly queueLength: number;
  readonly queueTimeoutMs: number;
  /** How long a server takes to its full share after it came up; 0: no time. */
  readonly slowStartMs: number;
  /** How servers are checked; null: they are not. */
  readonly checks: CheckOptions | null;
  /** How long requests get to finish when the gateway stops. */
  readonly stopTimeoutMs: number;
  /** The variables of a request as they go to a server. Throws an `UpstreamFailure` if there are none. */
  readonly variables: (variables: Variables) => Variables;
  /** Default: the system. */
  readonly resolver?: Resolver;
}

/** Hears what happens to the servers of an upstream. Labels are addresses in words. */
export interface UpstreamReporter {
  serverDown(label: string, reason: string): void;
  serverUp(label: string): void;
  /** What names stand for has changed, or is known for the first time. */
  serversFound(labels: readonly string[]): void;
  nameFailed(name: string, reason: string): void;
  /** What a server wants in a log. */
  serverLog(label: string, exchange: Exchange, text: string): void;
}

/** How long a request may take, instead of what is usual; null in it is as usual. */
export interface OwnClocks {
  readonly requestTimeoutMs: number | null;
  readonly firstByteTimeoutMs: number | null;
  readonly streamIdleTimeoutMs: number | null;
}
