// Lays the status of a gateway out for people.
import type { PoolStatus, RequestStatus, WorkerStatus } from '../../backends/workers/pool-status.ts';
import type { UpstreamStatus } from '../../backends/upstreams/upstream-status.ts';
import { formatProcessRange } from '../../config/kinds/process-range.ts';
import type { GatewayStatus, MemberStatus } from '../../control/status.ts';
import { escapeControls, formatAge, formatSize, formatTable } from './format.ts';

/** The text of `sluice status`. */
export function formatStatus(status: GatewayStatus): string {
  const {
    pid,
    release,
    ageMs,
    memoryBytes,
    listeners,
    connectionsCount,
    counts,
    pools,
    upstreams,
    gateways,
  } = status;
  const lines = [
    `sluice ${release}, process ${pid}, up ${formatAge(ageMs)}, ${formatSize(memoryBytes)}`,
    ...listeners.map(({ protocol, address }) => `listening on ${address} (${protocol})`),
    `requests: ${[`${counts.total} answered`, ...entriesOf(counts.byStatus), ...failuresOf(counts.byOutcome)].join(', ')}`,
    `connections: ${connectionsCount} open`,
    ...(gateways === undefined ? [] : ['', ...formatTable(memberHeading, gateways.map(describeMember))]),
    ...pools.flatMap((pool) => ['', ...describePool(pool)]),
    ...upstreams.flatMap((upstream) => ['', ...describeUpstream(upstream)]),
  ];
  return `${lines.join('\n')}\n`;
}

function entriesOf(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).map(([name, count]) => `${count} ${name}`);
}

function failuresOf(byOutcome: GatewayStatus['counts']['byOutcome']): string[] {
  const { complete: _complete, ...others } = byOutcome;
  return entriesOf(others);
}

const memberHeading = [
  'GATEWAY',
  'PID',
  'STATE',
  'AGE',
  'SERVED',
  'MEMORY',
  'CONNECTIONS',
  'RESTARTS',
] as const;

function describeMember(member: MemberStatus): string[] {
  const { number, pid, state, ageMs, total, memoryBytes, connectionsCount, restarts } = member;
  const known = <T>(value: T | null, format: (value: T) => string): string =>
    value === null ? '-' : format(value);
  return [
    String(number),
    known(pid, String),
    state,
    known(ageMs, formatAge),
    known(total, String),
    known(memoryBytes, formatSize),
    known(connectionsCount, String),
    String(restarts),
  ];
}

function describePool(pool: PoolStatus): string[] {
  const {
    name,
    application,
    state,
    generation,
    isReloading,
    processes,
    queue,
    preload,
    restarts,
    loadFailure,
    crashLoop,
    workers,
  } = pool;
  const range = formatProcessRange(processes);
  const isOneOfMany = workers.some(({ gateway }) => gateway !== undefined);
  const facts = [
    `${state}, ${workers.length} processes (${range} configured)`,
    `generation ${generation}${isReloading ? ', the next one is being started' : ''}`,
    `${queue.length} of ${queue.lengthMax} waiting`,
    ...(queue.oldestWaitMs === null ? [] : [`the oldest for ${formatAge(queue.oldestWaitMs)}`]),
    ...(preload === null
      ? []
      : [`forked from ${preload.pid}${preload.isLoaded ? '' : ', which imports the application'}`]),
    `${restarts} restarts`,
    `runs ${escapeControls(application)}`,
  ];
  return [
    `pool ${name}: ${facts.join(', ')}`,
    ...(loadFailure === null
      ? []
      : ['the application cannot be loaded:', escapeControls(loadFailure).trimEnd()]),
    ...(crashLoop === null
      ? []
      : [`the workers keep ending before they are ready: ${escapeControls(crashLoop)}`]),
    ...formatTable(isOneOfMany ? ['GATEWAY', ...heading] : heading, workers.flatMap(describeWorker)),
  ];
}

function describeUpstream({ name, protocol, waiting, servers }: UpstreamStatus): string[] {
  const rows = servers.map((server) => [
    server.address,
    server.isUp ? 'up' : 'down',
    String(server.weight),
    String(server.inFlight),
    String(server.idleConnections),
    String(server.servedCount),
    String(server.failedCount),
    escapeControls(server.reason),
  ]);
  return [
    `upstream ${name}: ${protocol}, ${servers.length} servers, ${waiting} waiting`,
    ...formatTable(serverHeading, rows),
  ];
}

const serverHeading = ['SERVER', 'STATE', 'WEIGHT', 'RUNNING', 'IDLE', 'SERVED', 'FAILED', 'REASON'] as const;

const heading = ['PID', 'GEN', 'STATE', 'AGE', 'SERVED', 'MEMORY', 'RUNNING'] as const;

function describeWorker(worker: WorkerStatus): string[][] {
  const { gateway, pid, generation, state, stuckMs, ageMs, servedCount, memoryBytes, lanes } = worker;
  const first = [
    ...(gateway === undefined ? [] : [String(gateway)]),
    String(pid),
    String(generation),
    stuckMs === null ? state : `stuck ${formatAge(stuckMs)}`,
    formatAge(ageMs),
    String(servedCount),
    memoryBytes === null ? '-' : formatSize(memoryBytes),
  ];
  const busy = lanes.flatMap(({ running, aheadCount }) =>
    running ? [describeRequest(running, aheadCount)] : [],
  );
  const idleCount = lanes.length - busy.length;
  const running = [...busy, ...(idleCount > 0 ? [lanes.length === 1 ? 'idle' : `${idleCount} idle`] : [])];
  return running.map((text, index) => (index === 0 ? [...first, text] : [...first.map(() => ''), text]));
}

function describeRequest(
  { id, method, path, ageMs, isClientGone }: RequestStatus,
  aheadCount: number,
): string {
  const notes = [
    `#${id}`,
    formatAge(ageMs),
    ...(aheadCount > 0 ? [`${aheadCount} behind it`] : []),
    ...(isClientGone ? ['client gone'] : []),
  ];
  return `${escapeControls(`${method} ${path}`)} (${notes.join(', ')})`;
}
