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
  readonly counts: Counts;
  readonly pools: readonly PoolStatus[];
  readonly upstreams: readonly UpstreamStatus[];
}

/** What came of reloading a pool. */
export interface ReloadReport {
  readonly pool: string;
  /** Why the old code serves on; null if the new code serves. */
  readonly reason: string | null;
  /** More about that, such as a traceback; may be empty. */
  readonly detail: string;
}
