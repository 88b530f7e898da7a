// What each of several gateways gets of what is configured once for all of them: processes, places in queues, memory.
import { attachedDescriptor } from './applications.ts';
import type { ConfigParts } from './load.ts';
import type { Found } from './relations.ts';
import type { GatewayConfig, PoolConfig, ProcessRange, UpstreamConfig } from './types.ts';

/** The whole that gateway `number`, counted from 1, gets of `total`. All shares together are `total`; the first ones get more. */
export function shareOf(total: number, number: number, count: number): number {
  return Math.floor(total / count) + (number <= total % count ? 1 : 0);
}

/** The same for a range. */
export function shareOfRange({ min, max }: ProcessRange, number: number, count: number): ProcessRange {
  return { min: shareOf(min, number, count), max: shareOf(max, number, count) };
}

/** Why a range cannot be divided; null if it can. */
export function whyIndivisible({ min }: ProcessRange, count: number): string | null {
  if (min >= count) return null;
  return `${min} ${min === 1 ? 'process' : 'processes'} for app.gateways = ${count}, and each gateway needs one of its own; give at least ${count}, or have fewer gateways`;
}

/**
 * The configuration of gateway `number`, counted from 1, of the `app.gateways` that there are. What it shares with them
 * (sockets, user, control socket, the watch over the code) is not its own business any more.
 */
export function configOfGateway(config: GatewayConfig, number: number): GatewayConfig {
  const { gatewaysCount: count } = config.app;
  const share = (total: number): number => shareOf(total, number, count);
  const part = (total: number | null): number | null => (total === null ? null : share(total));
  const places = (total: number): number => Math.max(share(total), Math.min(total, 1));
  const ofPool = (pool: PoolConfig): PoolConfig => ({
    ...pool,
    processes: shareOfRange(pool.processes, number, count),
    queueLength: places(pool.queueLength),
    memoryBudgetBytes: part(pool.memoryBudgetBytes),
    reserveLanes: part(pool.reserveLanes),
  });
  const ofUpstream = (upstream: UpstreamConfig): UpstreamConfig => ({
    ...upstream,
    maxConnections: part(upstream.maxConnections),
    keepAliveCount: upstream.keepAliveCount === null ? null : places(upstream.keepAliveCount),
    queueLength: places(upstream.queueLength),
  });
  return {
    ...config,
    app: { ...config.app, user: null, group: null, umask: null, isReloaded: false },
    pools: mapValues(config.pools, ofPool),
    upstreams: mapValues(config.upstreams, ofUpstream),
    body: { ...config.body, totalMemoryBytes: share(config.body.totalMemoryBytes) },
    reply: { ...config.reply, totalMemoryBytes: share(config.reply.totalMemoryBytes) },
    control: { address: { kind: 'off' }, pidFile: null, readyDescriptor: null },
  };
}

/** What cannot be divided among the gateways that are wanted. */
export function checkShares({ app, pools, upstreams }: ConfigParts): readonly Found[] {
  if (app === null || app.gatewaysCount === 1) return [];
  const count = app.gatewaysCount;
  const ofPools = Object.entries(pools).flatMap(([name, pool]): Found[] => {
    const hasApplication = pool !== null && (pool.target ?? app.target) !== '';
    const text = hasApplication ? whyIndivisible(pool.processes, count) : null;
    return text === null ? [] : [{ path: ['pool', name, 'processes'], text }];
  });
  const ofUpstreams = Object.entries(upstreams).flatMap(([name, upstream]): Found[] => {
    const { maxConnections = null } = upstream ?? {};
    if (maxConnections === null || maxConnections >= count) return [];
    const text = `${maxConnections} for app.gateways = ${count}, and each gateway needs one of its own; give at least ${count}, or have fewer gateways`;
    return [{ path: ['upstream', name, 'max_connections'], text }];
  });
  const ofAttached: Found[] =
    attachedDescriptor(app.target) === null
      ? []
      : [{ path: ['app', 'gateways'], text: `the application of ${app.target} is attached to one gateway` }];
  return [...ofPools, ...ofUpstreams, ...ofAttached];
}

function mapValues<T>(values: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
