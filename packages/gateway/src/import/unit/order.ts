// Unit takes the first step that fits, Sluice the most special route: where that is not the same.
import type { Condition } from './match.ts';

/** Every request that fits `inner` fits `outer`. */
export function covers(outer: Condition, inner: Condition): boolean {
  return (
    isBelow(inner.path, outer.path) &&
    holds(outer.methods, inner.methods, (a, b) => a === b) &&
    holds(outer.hosts, inner.hosts, isHostBelow)
  );
}

/** Some request fits both, and takes the route of `later` although Unit gives it to `earlier`. */
export function overtakes(later: Condition, earlier: Condition): boolean {
  const meet =
    (isBelow(later.path, earlier.path) || isBelow(earlier.path, later.path)) &&
    isAnyShared(later.methods, earlier.methods, (a, b) => a === b) &&
    isAnyShared(later.hosts, earlier.hosts, (a, b) => isHostBelow(a, b) || isHostBelow(b, a));
  return meet && compare(later, earlier) > 0;
}

function compare(a: Condition, b: Condition): number {
  const byHost = hostRank(a) - hostRank(b);
  if (byHost !== 0) return byHost;
  const byPath = a.path.length - b.path.length;
  return byPath === 0 ? Number(a.methods !== null) - Number(b.methods !== null) : byPath;
}

function hostRank({ hosts }: Condition): number {
  if (hosts === null) return 0;
  return hosts.every((host) => host.startsWith('*.')) ? 1 : 2;
}

function isBelow(path: string, prefix: string): boolean {
  return (
    path.startsWith(prefix) &&
    (path.length === prefix.length || prefix.endsWith('/') || path[prefix.length] === '/')
  );
}

function isHostBelow(host: string, other: string): boolean {
  return host === other || (other.startsWith('*.') && host.endsWith(other.slice(1)));
}

type List = readonly string[] | null;

function holds(outer: List, inner: List, isIn: (a: string, b: string) => boolean): boolean {
  if (outer === null) return true;
  return inner !== null && inner.every((each) => outer.some((other) => isIn(each, other)));
}

function isAnyShared(a: List, b: List, isAlike: (a: string, b: string) => boolean): boolean {
  return a === null || b === null || a.some((each) => b.some((other) => isAlike(each, other)));
}
