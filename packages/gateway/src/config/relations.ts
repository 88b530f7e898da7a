// Checks that need more than one value: a listener as a whole, a route and its pool.
import { attachedDescriptor } from './applications.ts';
import { isLoopbackHost } from './kinds/address.ts';
import type { ConfigParts } from './load.ts';
import { formatPath, type Step } from './locate.ts';
import { believesAnybody, protocolNames, secretAdvice } from './protocols.ts';
import { show, type Problem, type Source } from './problems.ts';
import { appSettings } from './settings/index.ts';
import { checkShares } from './shares.ts';
import { rlimitSettings } from './settings/rlimits.ts';
import { didYouMean } from './suggest.ts';
import type { ListenAddress, ListenConfig, RouteConfig } from './types.ts';

/** Everything that is wrong between values, among the parts that are right in themselves. */
export function checkRelations(
  parts: ConfigParts,
  isTargetGiven: boolean,
  sourceOf: (path: readonly Step[]) => Source,
): readonly Problem[] {
  const found: Found[] = [
    ...parts.listen.flatMap((listen, index) => (listen === null ? [] : checkListener(listen, index))),
    ...checkAddressesDiffer(parts.listen),
    ...checkRoutes(parts),
    ...checkGroup(parts),
    ...checkDefaultPool(parts),
    ...checkAttached(parts),
    ...checkShares(parts),
    ...checkPaces(parts),
    ...checkStuck(parts),
    ...(isTargetGiven ? [] : checkTarget(parts)),
    ...checkUpstreams(parts),
  ];
  return found.map(({ path, text }) => ({ source: sourceOf(path), key: formatPath(path), text }));
}

function checkGroup({ app }: ConfigParts): readonly Found[] {
  if (app === null || app.group === null || app.user !== null) return [];
  return [{ path: ['app', 'group'], text: 'it goes with user, which is not set' }];
}

// Otherwise there would be two places for one thing, and flags that say nothing.
function checkDefaultPool({ pools }: ConfigParts): readonly Found[] {
  const pool = pools['default'];
  if (!pool) return [];
  const given = (['target', 'directory', 'python'] as const).filter((key) => pool[key] !== null);
  const keys = [...given, ...(Object.keys(pool.environment).length > 0 ? ['environment'] : [])];
  return keys.map((key) => ({
    path: ['pool', 'default', key],
    text: `the application of the pool "default" is that of [app]; write it there`,
  }));
}

/** A process that has attached itself has one application, and is who it is. */
function checkAttached({ app, pools }: ConfigParts): readonly Found[] {
  const targets = Object.entries(pools).flatMap(([name, pool]) => (pool?.target ? [{ name, ...pool }] : []));
  const found: Found[] = targets
    .filter(({ target }) => attachedDescriptor(target ?? '') !== null)
    .map(({ name }) => ({ path: ['pool', name, 'target'], text: 'only app.target can be a descriptor' }));
  if (app === null || attachedDescriptor(app.target) === null) return found;
  for (const [name, pool] of Object.entries(pools)) {
    if (name === 'default' || pool === null || pool.target !== null) continue;
    const text = `the application of ${app.target} runs in one pool; give this one an application of its own`;
    found.push({ path: ['pool', name, 'target'], text });
  }
  const text = `the application of ${app.target} runs in a process that has been started already`;
  const given: (readonly Step[])[] = (['user', 'group', 'umask', 'python'] as const)
    .filter((key) => app[key] !== null)
    .map((key) => ['app', key]);
  if (Object.keys(app.environment).length > 0) given.push(['app', 'environment']);
  for (const [field, { key }] of Object.entries(rlimitSettings)) {
    if (app[field as keyof typeof rlimitSettings] !== null) given.push(['app', ...key.split('.')]);
  }
  if (app.isReloaded) given.push(['app', 'reload']);
  if (pools['default']?.isPreloaded === true) given.push(['pool', 'default', 'preload']);
  return [...found, ...given.map((path) => ({ path, text }))];
}

/** A path cannot be both slow and quick; which of the two won would be anybody's guess. */
function checkPaces({ pools }: ConfigParts): readonly Found[] {
  return Object.entries(pools).flatMap(([name, pool]) => {
    const slow = new Set(pool?.slowPaths ?? []);
    const both = (pool?.quickPaths ?? []).filter((path) => slow.has(path));
    if (both.length === 0) return [];
    const text = `${both.map((path) => show(path)).join(', ')} is in slow_paths too`;
    return [{ path: ['pool', name, 'quick_paths'], text }];
  });
}

/** What waits in a worker that is stuck must come back before it has waited too long. */
function checkStuck({ pools }: ConfigParts): readonly Found[] {
  return Object.entries(pools).flatMap(([name, pool]) => {
    if (pool === null || (pool.stuckTimeoutMs ?? 0) <= pool.queueTimeoutMs) return [];
    const text = `longer than queue.timeout, ${pool.queueTimeoutMs} ms: requests in a stuck worker would wait beyond that`;
    return [{ path: ['pool', name, 'stuck_timeout'], text }];
  });
}

/** Without an application everything has to lead elsewhere. */
function checkTarget({ routes, pools, static: files }: ConfigParts): readonly Found[] {
  const isAnyElsewhere = routes.length + files.length > 0;
  const lacksTarget = (name: string): boolean => pools[name] === null || pools[name]?.target === null;
  const isAnyToPool = routes.some(
    (route) => route === null || (route.to.kind === 'pool' && lacksTarget(route.to.name)),
  );
  if (isAnyElsewhere && !isAnyToPool) return [];
  return [{ path: ['app', 'target'], text: `missing; give ${appSettings.target.kind.allowed}` }];
}

function checkUpstreams({ upstreams }: ConfigParts): readonly Found[] {
  return Object.entries(upstreams).flatMap(([name, upstream]) =>
    upstreamAjpSettings.flatMap(([field, key]) => {
      if (upstream === null || upstream.protocol === 'ajp' || upstream[field] === null) return [];
      return [{ path: ['upstream', name, key], text: 'only an upstream of AJP has one' }];
    }),
  );
}

const upstreamAjpSettings = [
  ['secretFile', 'secret_file'],
  ['packetBytes', 'packet_size'],
] as const;

/** Something that is wrong, and the path of its key. */
export interface Found {
  readonly path: readonly Step[];
  readonly text: string;
}

function checkListener(listen: ListenConfig, index: number): readonly Found[] {
  const { address } = listen;
  const at = (key: string, text: string): Found => ({ path: ['listen', index, key], text });
  const found: Found[] = [];
  for (const key of ['mode', 'owner', 'group'] as const) {
    if (listen[key] !== null && address.kind !== 'unix')
      found.push(at(key, 'only the file of a Unix socket has one'));
  }
  if (listen.allow !== null && address.kind === 'unix') {
    found.push(at('allow', 'a Unix socket has no network; who may connect is up to mode, owner and group'));
  }
  for (const [field, key] of ajpSettings) {
    if (listen.protocol !== 'ajp' && listen[field] !== null && listen[field] !== false)
      found.push(at(key, 'only a listener for AJP has one'));
  }
  for (const [field, key] of httpSettings) {
    if (listen.protocol !== 'http' && listen[field] !== null)
      found.push(at(key, 'only a listener for HTTP has one'));
  }
  found.push(...checkForwarding(listen, at));
  if (listen.tlsKeyFile !== null && listen.tlsCertificateFile === null)
    found.push(at('tls.key', 'it goes with tls.certificate, which is not set'));
  const openness = describeOpenness(listen);
  if (openness !== null) found.push(at('address', openness));
  return found;
}

const ajpSettings = [
  ['secretFile', 'secret_file'],
  ['allowedAttributes', 'allowed_attributes'],
  ['packetBytes', 'packet_size'],
  ['isPathDecoded', 'decoded_path'],
] as const;

const httpSettings = [
  ['trusted', 'trusted'],
  ['forwarded', 'forwarded'],
  ['tlsCertificateFile', 'tls.certificate'],
  ['tlsKeyFile', 'tls.key'],
] as const;

/** Headers that say who the client is. Where two are believed, a client writes the one that its proxy does not know. */
const clientHeaders = ['x-forwarded-for', 'x-real-ip', 'forwarded'];

function checkForwarding(
  { address, trusted, forwarded }: ListenConfig,
  at: (key: string, text: string) => Found,
): readonly Found[] {
  const found: Found[] = [];
  if (trusted?.includes('unix') === true && address.kind === 'tcp')
    found.push(at('trusted', '"unix" is for Unix sockets; name the addresses of the web servers'));
  if (forwarded === null) return found;
  if (trusted === null) found.push(at('forwarded', 'it goes with trusted, which is not set'));
  const rivals = clientHeaders.filter((header) => forwarded.includes(header));
  if (rivals.length > 1) found.push(at('forwarded', `${rivals.join(' and ')} exclude each other; name one`));
  if (forwarded.includes('forwarded') && forwarded.some((name) => name.startsWith('x-forwarded-')))
    found.push(at('forwarded', 'forwarded says all that the x-forwarded headers do; name it alone'));
  return found;
}

// All but HTTP believe what the web server says about the client, its user and its certificate.
function describeOpenness({ protocol, address, allow, secretFile, isProxied }: ListenConfig): string | null {
  const isReachable = address.kind === 'tcp' && !isLoopbackHost(address.host);
  if (believesAnybody(protocol) && isReachable && allow === null) {
    return `other machines can reach this, and ${protocolNames[protocol]} believes whoever connects; name the web servers, such as allow = ["10.0.0.7"], or listen on 127.0.0.1 or a Unix socket`;
  }
  if (isProxied && isReachable && allow === null) {
    return 'other machines can reach this, and a PROXY header is believed whoever sends it; name the proxies, such as allow = ["10.0.0.7"], or listen on 127.0.0.1 or a Unix socket';
  }
  // Whether an inherited socket can be reached shows only when it is opened.
  if (protocol !== 'ajp' || secretFile !== null || !isReachable) return null;
  return `other machines can reach this, and AJP believes whoever connects; ${secretAdvice}`;
}

function checkAddressesDiffer(listen: readonly (ListenConfig | null)[]): readonly Found[] {
  const seen = new Map<string, number>();
  return listen.flatMap((entry, index) => {
    if (entry === null || isAnyPort(entry.address)) return [];
    const text = JSON.stringify(entry.address);
    const earlier = seen.get(text);
    if (earlier === undefined) {
      seen.set(text, index);
      return [];
    }
    return [{ path: ['listen', index, 'address'], text: `the same as listen[${earlier}].address` }];
  });
}

function isAnyPort(address: ListenAddress): boolean {
  return address.kind === 'tcp' && address.port === 0;
}

type Rule = Pick<RouteConfig, 'hosts' | 'path' | 'methods'>;

/** One for each request that two rules would take alike. */
function keysOf({ hosts, path, methods }: Rule): readonly string[] {
  const ofHosts = (hosts ?? ['*']).map((host) => `${host} ${path}`);
  return ofHosts.flatMap((key) => (methods ?? ['*']).map((method) => `${key} ${method}`));
}

function checkRoutes({ routes, pools, upstreams, static: files }: ConfigParts): readonly Found[] {
  const seen = new Map<string, string>();
  const differs = (name: 'route' | 'static', index: number, rule: Rule): readonly Found[] => {
    const keys = keysOf(rule);
    const earlier = keys.map((key) => seen.get(key)).find((each) => each !== undefined);
    if (earlier !== undefined) return [{ path: [name, index, 'path'], text: `the same as ${earlier}.path` }];
    for (const key of keys) seen.set(key, `${name}[${index}]`);
    return [];
  };
  const ofRoutes = routes.flatMap((route, index) => {
    if (route === null) return [];
    const found: Found[] = [...differs('route', index, route)];
    const { to } = route;
    const known = to.kind === 'pool' ? pools : upstreams;
    if (to.kind !== 'server' && !Object.hasOwn(known, to.name)) {
      const near = didYouMean(to.name, Object.keys(known));
      const text = `there is no ${to.kind} ${show(to.name)}${near}; add [${to.kind}.${to.name}]`;
      found.push({ path: ['route', index, 'to'], text });
    }
    return found;
  });
  const ofFiles = files.flatMap((entry, index) =>
    entry ? differs('static', index, { ...entry, hosts: null, methods: null }) : [],
  );
  return [...ofRoutes, ...ofFiles];
}
