// Makes one status out of those of several gateways. Pure.

import type { PoolStatus } from '../backends/workers/pool-status.ts';
import type { ServerStatus, UpstreamStatus } from '../backends/upstreams/upstream-status.ts';
import type { Counts } from '../control/counters.ts';
import type { GatewayStatus } from '../control/status.ts';

/** One gateway and its number. */
export interface Numbered {
  readonly number: number;
  readonly status: GatewayStatus;
}

/** What is the sum of its parts in a {@link GatewayStatus}. */
export type MergedStatus = Pick<GatewayStatus, 'connectionsCount' | 'counts' | 'pools' | 'upstreams'>;

/** All of them as if they were one. */
export function mergeStatus(gateways: readonly Numbered[]): MergedStatus {
  return {
    connectionsCount: sum(gateways.map(({ status }) => status.connectionsCount)),
    counts: mergeCounts(gateways.map(({ status }) => status.counts)),
    pools: mergeByName(gateways.map(poolsOf), mergePools),
    upstreams: mergeByName(
      gateways.map(({ status }) => status.upstreams),
      mergeUpstreams,
    ),
  };
}

function mergeCounts(counts: readonly Counts[]): Counts {
  return {
    total: sum(counts.map(({ total }) => total)),
    byStatus: addUp(counts.map(({ byStatus }) => byStatus)),
    byOutcome: addUp(counts.map(({ byOutcome }) => byOutcome)),
  };
}

function poolsOf({ number, status }: Numbered): PoolStatus[] {
  return status.pools.map((pool) => ({
    ...pool,
    workers: pool.workers.map((worker) => ({ gateway: number, ...worker })),
  }));
}

/** What differs between gateways is that of the first for which it is not the usual: a failure is not hidden by a success. */
function mergePools(first: PoolStatus, pools: readonly PoolStatus[]): PoolStatus {
  const all = <T>(pick: (pool: PoolStatus) => T): T[] => pools.map(pick);
  const waits = all(({ queue }) => queue.oldestWaitMs).filter((ms) => ms !== null);
  return {
    ...first,
    state: all(({ state }) => state).find((state) => state !== 'running') ?? first.state,
    generation: Math.max(...all(({ generation }) => generation)),
    isReloading: all(({ isReloading }) => isReloading).includes(true),
    processes: {
      min: sum(all(({ processes }) => processes.min)),
      max: sum(all(({ processes }) => processes.max)),
      wanted: sum(all(({ processes }) => processes.wanted)),
    },
    queue: {
      length: sum(all(({ queue }) => queue.length)),
      lengthMax: sum(all(({ queue }) => queue.lengthMax)),
      oldestWaitMs: waits.length === 0 ? null : Math.max(...waits),
    },
    restarts: sum(all(({ restarts }) => restarts)),
    loadFailure: all(({ loadFailure }) => loadFailure).find((failure) => failure !== null) ?? null,
    crashLoop: all(({ crashLoop }) => crashLoop).find((reason) => reason !== null) ?? null,
    workers: all(({ workers }) => workers).flat(),
  };
}

function mergeUpstreams(first: UpstreamStatus, upstreams: readonly UpstreamStatus[]): UpstreamStatus {
  const servers = mergeByKey(
    upstreams.map((upstream) => upstream.servers),
    ({ address }) => address,
    mergeServers,
  );
  return { ...first, waiting: sum(upstreams.map(({ waiting }) => waiting)), servers };
}

/** Each gateway finds out for itself whether a server is up. */
function mergeServers(first: ServerStatus, servers: readonly ServerStatus[]): ServerStatus {
  const all = (pick: (server: ServerStatus) => number): number => sum(servers.map(pick));
  return {
    ...first,
    isUp: servers.every(({ isUp }) => isUp),
    inFlight: all(({ inFlight }) => inFlight),
    idleConnections: all(({ idleConnections }) => idleConnections),
    servedCount: all(({ servedCount }) => servedCount),
    failedCount: all(({ failedCount }) => failedCount),
    reason: servers.map(({ reason }) => reason).find((reason) => reason !== '') ?? '',
  };
}

function mergeByName<T extends { readonly name: string }>(
  lists: readonly (readonly T[])[],
  merge: (first: T, all: readonly T[]) => T,
): T[] {
  return mergeByKey(lists, ({ name }) => name, merge);
}

function mergeByKey<T>(
  lists: readonly (readonly T[])[],
  keyOf: (value: T) => string,
  merge: (first: T, all: readonly T[]) => T,
): T[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const value of lists.flat()) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return [...groups.values()].map((group) => merge(group[0], group));
}

function addUp(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of records.flatMap((record) => Object.entries(record)))
    sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries(sums);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
