// The status of several gateways as that of one.
import { describe, expect, it } from '@jest/globals';
import type { PoolStatus, WorkerStatus } from '../../src/backends/workers/pool-status.ts';
import type { GatewayStatus } from '../../src/control/status.ts';
import { mergeStatus } from '../../src/gateways/merge-status.ts';

function worker(pid: number): WorkerStatus {
  return {
    pid,
    generation: 1,
    state: 'ready',
    ageMs: 0,
    stuckMs: null,
    servedCount: 0,
    memoryBytes: null,
    lanes: [],
  };
}

function pool(changes: Partial<PoolStatus>): PoolStatus {
  return {
    name: 'default',
    application: 'app:application',
    state: 'running',
    generation: 1,
    isReloading: false,
    processes: { min: 1, max: 2, wanted: 1 },
    queue: { length: 0, lengthMax: 64, oldestWaitMs: null },
    preload: null,
    restarts: 0,
    loadFailure: null,
    crashLoop: null,
    workers: [],
    ...changes,
  };
}

function status(changes: Partial<GatewayStatus>): GatewayStatus {
  return {
    pid: 1,
    release: '0',
    ageMs: 0,
    memoryBytes: 0,
    listeners: [],
    connectionsCount: 0,
    counts: { total: 0, byStatus: {}, byOutcome: {} },
    pools: [],
    upstreams: [],
    ...changes,
  };
}

function merge(first: Partial<GatewayStatus>, second: Partial<GatewayStatus>) {
  return mergeStatus([
    { number: 1, status: status(first) },
    { number: 2, status: status(second) },
  ]);
}

describe('the merged status', () => {
  it('adds requests up, by status and by outcome, also those that only one has seen', () => {
    const { connectionsCount, counts } = merge(
      {
        connectionsCount: 3,
        counts: { total: 5, byStatus: { '2xx': 4, '5xx': 1 }, byOutcome: { complete: 5 } },
      },
      { connectionsCount: 4, counts: { total: 2, byStatus: { '2xx': 2 }, byOutcome: { cancelled: 2 } } },
    );
    expect(connectionsCount).toBe(7);
    expect(counts).toEqual({
      total: 7,
      byStatus: { '2xx': 6, '5xx': 1 },
      byOutcome: { complete: 5, cancelled: 2 },
    });
  });

  it('adds the processes and queues of a pool up, and tells its workers apart by gateway', () => {
    const { pools } = merge(
      {
        pools: [
          pool({
            queue: { length: 1, lengthMax: 64, oldestWaitMs: 30 },
            workers: [worker(11)],
            restarts: 1,
            generation: 4,
          }),
        ],
      },
      {
        pools: [pool({ queue: { length: 2, lengthMax: 63, oldestWaitMs: 40 }, workers: [worker(21)] })],
      },
    );
    expect(pools).toMatchObject([
      {
        generation: 4,
        processes: { min: 2, max: 4, wanted: 2 },
        queue: { length: 3, lengthMax: 127, oldestWaitMs: 40 },
        restarts: 1,
        workers: [
          { gateway: 1, pid: 11 },
          { gateway: 2, pid: 21 },
        ],
      },
    ]);
  });

  it('does not hide what is wrong in one of them', () => {
    const { pools } = merge(
      { pools: [pool({})] },
      {
        pools: [
          pool({ loadFailure: 'Traceback', crashLoop: 'exited', isReloading: true, state: 'draining' }),
        ],
      },
    );
    expect(pools).toMatchObject([
      { loadFailure: 'Traceback', crashLoop: 'exited', isReloading: true, state: 'draining' },
    ]);
  });

  it('adds the servers of an upstream up, by address, and has them up only if all say so', () => {
    const server = (isUp: boolean, reason: string) => ({
      address: 'unix:/run/php.sock',
      isUp,
      weight: 1,
      inFlight: 1,
      idleConnections: 2,
      servedCount: 3,
      failedCount: 4,
      reason,
    });
    const upstream = (isUp: boolean, reason: string) => ({
      name: 'php',
      protocol: 'fastcgi',
      waiting: 5,
      servers: [server(isUp, reason)],
    });
    const { upstreams } = merge(
      { upstreams: [upstream(true, '')] },
      { upstreams: [upstream(false, 'refused')] },
    );
    expect(upstreams).toEqual([
      {
        name: 'php',
        protocol: 'fastcgi',
        waiting: 10,
        servers: [
          {
            address: 'unix:/run/php.sock',
            isUp: false,
            weight: 1,
            inFlight: 2,
            idleConnections: 4,
            servedCount: 6,
            failedCount: 8,
            reason: 'refused',
          },
        ],
      },
    ]);
  });
});
