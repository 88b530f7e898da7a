// Where a directive holds, and which of several does.
import type { Container, Directive } from './apache.ts';

/** A script that is served, and where. */
export interface Place {
  readonly url: string;
  readonly script: string;
  readonly directive: Directive;
}

/** The last word of the directive of this name that holds there: the innermost one, and of those the last. */
export function wordAt(directives: readonly Directive[], name: string, place: Place): string | null {
  const holding = directives
    .filter((directive) => isNamed(directive, name) && holdsAt(directive, place))
    .map((directive) => ({ directive, rank: rankOf(directive) }))
    .toSorted((a, b) => a.rank - b.rank);
  return holding.at(-1)?.directive.words[0]?.text ?? null;
}

/** Whether it is this directive. */
export function isNamed({ name }: Directive, wanted: string): boolean {
  return name.toLowerCase() === wanted.toLowerCase();
}

/** The virtual host a directive stands in; null for the server itself. */
export function hostOf({ containers }: Directive): Container | null {
  return containers.find(({ kind }) => kind === 'virtualhost') ?? null;
}

function holdsAt(directive: Directive, { url, script, directive: alias }: Place): boolean {
  const host = hostOf(directive);
  if (host !== null && host !== hostOf(alias)) return false;
  return directive.containers.every(({ kind, words }) => {
    const path = words[0]?.text.replace(/\/+$/, '') ?? '';
    if (kind === 'directory') return isBelow(script, path);
    if (kind === 'location') return isBelow(url, path);
    return kind === 'virtualhost' || isTransparent(kind);
  });
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** Sections that say when, not where. */
function isTransparent(kind: string): boolean {
  return ['ifmodule', 'ifdefine', 'ifversion', 'iffile', 'ifdirective'].includes(kind);
}

function rankOf({ containers }: Directive): number {
  const ranks: Readonly<Record<string, number>> = { virtualhost: 1, directory: 2, location: 3 };
  return Math.max(0, ...containers.map(({ kind }) => ranks[kind] ?? 0));
}
