// What a gateway says about itself when it is asked.

import type { PoolStatus } from '../backends/workers/pool-status.ts';
import type { UpstreamStatus } from '../backends/upstreams/upstream-status.ts';
import type { Counts } from './counters.ts';

/** A gateway at one moment. */
export interface GatewayStatus {
  /** Of the gateway. */
  readonly pid: number;
  /** Of the package. */
  readonly release: string;
  readonly ageMs: number;
  /** Resident memory of the gateway itself. */
  readonly memoryBytes: number;
  /** Where it listens. */
  readonly listeners: readonly { readonly protocol: string; readonly address: string }[];
  /** Of clients, open at this moment. */
  readonly connectionsCount: number;
  readonly counts: Counts;
  readonly pools: readonly PoolStatus[];
  readonly upstreams: readonly UpstreamStatus[];
  /**
   * Each of several gateways; missing where there is one. Then all of the above is about all of them: counts and sizes are
   * sums, of ages the largest, and the process is the one that has started them.
   */
  readonly gateways?: readonly MemberStatus[];
}

/** One of several gateways. */
export interface MemberStatus {
  /** Counted from 1. */
  readonly number: number;
  /** `silent`: it does not answer. `down`: it has ended, and the next process is not started yet. */
  readonly state: 'starting' | 'serving' | 'stopping' | 'silent' | 'down';
  /** Null where there is no process, as with the next four if it does not answer. */
  readonly pid: number | null;
  readonly ageMs: number | null;
  readonly memoryBytes: number | null;
  readonly connectionsCount: number | null;
  /** Requests it has answered. */
  readonly total: number | null;
  /** How many of its processes have ended unasked. */
  readonly restarts: number;
}

/** What came of reloading a pool. */
export interface ReloadReport {
  readonly pool: string;
  /** Why the old code serves on; null if the new code serves. */
  readonly reason: string | null;
  /** More about that, such as a traceback; may be empty. */
  readonly detail: string;
}
