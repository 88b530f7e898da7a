// What can be said about a pool from outside at one moment. Ages are milliseconds up to that moment.

import type { Lane } from './lane.ts';
import { residentBytes } from './memory.ts';
import type { PreloadStatus } from './worker-source.ts';
import type { Worker, WorkerState } from './worker.ts';

/** Where a pool is in its life. */
export type PoolState = 'new' | 'running' | 'draining' | 'stopped';

/** A pool. */
export interface PoolStatus {
  readonly name: string;
  /** What its workers run: the target of the application. */
  readonly application: string;
  readonly state: PoolState;
  /** Which load of the code serves, counted from 1. */
  readonly generation: number;
  /** Whether the next generation is being started. */
  readonly isReloading: boolean;
  /** The limits, and how many there should be now. */
  readonly processes: { readonly min: number; readonly max: number; readonly wanted: number };
  readonly queue: {
    readonly length: number;
    readonly lengthMax: number;
    /** Null if nothing waits. */
    readonly oldestWaitMs: number | null;
  };
  /** What its workers are forked from; null if they are not. */
  readonly preload: PreloadStatus | null;
  /** Workers that ended unasked, since the start. */
  readonly restarts: number;
  /** The traceback, if the application could not be loaded the last time a worker tried. */
  readonly loadFailure: string | null;
  /** How the last worker ended, if all keep ending before they are ready and the next is not started at once. */
  readonly crashLoop: string | null;
  readonly workers: readonly WorkerStatus[];
}

/** A worker process. */
export interface WorkerStatus {
  /** The number of its gateway, where there are several. */
  readonly gateway?: number;
  readonly pid: number;
  readonly generation: number;
  readonly state: WorkerState;
  readonly ageMs: number;
  /** For how long it has answered nothing, not even the gateway; null if it does. */
  readonly stuckMs: number | null;
  /** Requests it has ended. */
  readonly servedCount: number;
  /** Resident memory; null where the system does not tell. */
  readonly memoryBytes: number | null;
  readonly lanes: readonly LaneStatus[];
}

/** A thread of a worker. */
export interface LaneStatus {
  /** What it runs; null if it is idle. */
  readonly running: RequestStatus | null;
  /** Requests that wait on it. */
  readonly aheadCount: number;
}

/** A request that runs. */
export interface RequestStatus {
  readonly id: number;
  readonly method: string;
  /** Without the query, which may hold secrets. */
  readonly path: string;
  readonly ageMs: number;
  /** Whether nobody waits for the answer any more. */
  readonly isClientGone: boolean;
}

/** Describes a worker at `nowMs`, like `stuckSinceMs` by `performance.now()`. */
export function describeWorker(worker: Worker, stuckSinceMs: number | null, nowMs: number): WorkerStatus {
  const { pid, generation, state, startedMs, servedCount, lanes } = worker;
  return {
    pid,
    generation,
    state,
    ageMs: Math.round(nowMs - startedMs),
    stuckMs: stuckSinceMs === null ? null : Math.round(nowMs - stuckSinceMs),
    servedCount,
    memoryBytes: residentBytes(pid),
    lanes: lanes.map((lane) => describeLane(lane, nowMs)),
  };
}

function describeLane({ running, runningSinceMs, load }: Lane, nowMs: number): LaneStatus {
  if (!running) return { running: null, aheadCount: 0 };
  const request: RequestStatus = {
    id: running.id,
    method: running.variables.get('REQUEST_METHOD') ?? '',
    path: running.path,
    ageMs: Math.round(nowMs - runningSinceMs),
    isClientGone: running.outcome === 'cancelled',
  };
  return { running: request, aheadCount: load - 1 };
}
