// Applications, targets and upstreams of Unit, each carried over when something first leads to it.
import { posix } from 'node:path';
import { freeName } from '../names.ts';
import { Left, type Literal, type Option } from '../option.ts';
import { inWords } from '../values.ts';
import type { ApplicationContext, UnitFacts } from './facts.ts';
import type { JsonPlace } from './json.ts';
import { applicationRows } from './table-application.ts';

/**
 * Carries over what `pass` leads to, once, and says where it is: `pool:NAME` or `upstream:NAME`; null if it could not be,
 * and why is noted. `isOnly`: nothing else is served, so it is `[app]`.
 */
export function destinationOf(pass: string, isOnly: boolean, facts: UnitFacts): string | null {
  const present = facts.destinations.get(pass);
  if (present !== undefined) return present;
  const [kind = '', name = '', target] = partsOf(pass);
  const place = facts.find(kind, name, ...(target === undefined ? [] : ['targets', target]));
  if (place === undefined) throw new Left('lost', `there is no ${pass}`);
  const found =
    kind === 'upstreams'
      ? carryUpstream(place, name, facts)
      : carryApplication(facts, name, target ?? null, isOnly);
  facts.destinations.set(pass, found);
  return found;
}

/** The parts of a `pass`, which may be percent-encoded. */
export function partsOf(pass: string): readonly string[] {
  if (pass.includes('$')) throw new Left('lost', 'a destination cannot depend on the request');
  try {
    return pass.split('/').map((part) => decodeURIComponent(part));
  } catch {
    throw new Left('lost', `${JSON.stringify(pass)} cannot be decoded`);
  }
}

function carryApplication(
  facts: UnitFacts,
  name: string,
  target: string | null,
  isOnly: boolean,
): string | null {
  const { draft, root } = facts;
  const place = root.member('applications')?.member(name);
  const type = place?.member('type');
  if (place === undefined || type === undefined || !isPython(type.value)) {
    const at = type ?? place;
    if (at !== undefined) {
      const note = `only Python runs here: ${inWords(at.value)} needs a server of its own, such as php-fpm, and an [upstream]`;
      draft.note(at.option('type'), 'lost', note);
    }
    return null;
  }
  const targets = place.member('targets');
  if (targets !== undefined && target === null) {
    draft.note(targets.option('targets'), 'lost', 'a pass names one of them');
    return null;
  }
  const label = isOnly
    ? 'default'
    : freeName('pool', target === null ? name : `${name}-${target}`, draft.tables);
  const pool = draft.at(`pool.${label}`);
  const context: ApplicationContext = {
    draft,
    app: isOnly ? draft.at('app') : pool,
    pool,
    module: null,
    callable: null,
    factory: null,
    prefix: null,
    paths: null,
    processes: { max: 1, spare: 0, options: [] },
    hasTimeout: false,
  };
  draft.carry(place.options(applicationRows), applicationRows, context);
  const part = target === null ? undefined : targets?.member(target);
  if (part !== undefined) draft.carry(part.options(applicationRows), applicationRows, context);
  compose(context, place);
  if (context.app.get('target') === undefined) {
    // Without a target it would be another pool of the application of [app].
    draft.tables.delete(`pool.${label}`);
    return null;
  }
  composePrefix(context, `pool:${label}`, facts);
  return `pool:${label}`;
}

function isPython(type: Literal): boolean {
  return typeof type === 'string' && /^python( |$)/.test(type);
}

function compose(context: ApplicationContext, place: JsonPlace): void {
  const { draft, app, pool, module, callable, factory, paths, processes, hasTimeout } = context;
  if (module === null) draft.note(place.option('module'), 'lost', 'it names no module');
  else {
    const options = [module, callable, factory].filter((option) => option !== null);
    const name = callable === null ? 'application' : String(callable.value as string);
    app.set('target', `${String(module.value as string)}:${name}${factory === null ? '' : '()'}`, ...options);
  }
  if (paths !== null) composePaths(context, paths.value, paths.option);
  const min = Math.max(1, Math.min(processes.spare, processes.max));
  const range = min === processes.max ? min : { min, max: processes.max };
  pool.set('processes', range, ...processes.options);
  if (processes.options.length === 0)
    pool.remark('processes', 'Unit starts one process unless told otherwise.');
  if (!hasTimeout)
    pool.remarks.push(
      'Unit lets requests run for ever unless limits has a timeout; request_timeout is 60s by default.',
    );
}

function composePaths({ draft, app }: ApplicationContext, paths: readonly string[], option: Option): void {
  const [only = ''] = paths;
  if (paths.length === 1 && app.get('directory') === undefined) {
    app.set('directory', only, option);
    return;
  }
  draft.note(option, 'differs', 'processes that the application starts get it too');
  app.put('environment', 'PYTHONPATH', paths.join(':'), option);
}

// Unit takes a prefix off the paths that have it, and leaves others as they are.
function composePrefix({ draft, prefix }: ApplicationContext, to: string, { mounts }: UnitFacts): void {
  if (prefix === null) return;
  const path = posix.normalize(`/${prefix.value as string}`).replace(/^\/+|\/+$/g, '');
  if (path === '') draft.note(prefix, 'needless', 'it is the root');
  else mounts.set(to, { path: `/${path}`, option: prefix });
}

function carryUpstream(place: JsonPlace, name: string, { draft }: UnitFacts): string | null {
  const label = freeName('upstream', name, draft.tables);
  const servers = [...(place.member('servers')?.members ?? [])].map(([address, server]) => {
    const weight = server.member('weight')?.value ?? 1;
    return weight === 1 ? address : { address, weight: weight as number };
  });
  const upstream = draft.at(`upstream.${label}`);
  upstream.set('protocol', 'http');
  upstream.set('servers', servers, (place.member('servers') ?? place).option('servers'));
  if (upstream.get('servers') !== undefined) return `upstream:${label}`;
  draft.tables.delete(`upstream.${label}`);
  return null;
}
