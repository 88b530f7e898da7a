// Which requests a step of Unit's routes takes, as far as routes of Sluice can say it.
import { Left } from '../option.ts';
import type { Literal } from '../option.ts';
import type { JsonPlace } from './json.ts';

/** Requests for one of these hosts, below this path, with one of these methods; null for all. */
export interface Condition {
  readonly hosts: readonly string[] | null;
  readonly path: string;
  readonly methods: readonly string[] | null;
}

/** Every request. */
export const anything: Condition = { hosts: null, path: '/', methods: null };

/** What differs, in words, is given to `tell`. One condition for each path. Throws `Left` for what no route can say. */
export function readMatch(match: JsonPlace | undefined, tell: (note: string) => void): readonly Condition[] {
  let { hosts, methods } = anything;
  let paths: readonly string[] = ['/'];
  for (const [name, place] of match?.members ?? []) {
    if (name === 'host') hosts = readAll(place, readHost);
    else if (name === 'method') methods = readAll(place, readMethod);
    else if (name === 'uri') paths = readAll(place, (text) => readPath(text, tell)) ?? ['/'];
    else throw new Left('lost', `routes are by host, path and method, not by ${name}`);
  }
  return paths.map((path) => ({ hosts, path, methods }));
}

/** Requests that fit both. Throws `Left` where one does not hold the other. */
export function both(outer: Condition, inner: Condition): Condition {
  if (outer.hosts !== null && inner.hosts !== null)
    throw new Left('lost', 'two conditions for the host cannot be joined');
  if (outer.methods !== null && inner.methods !== null)
    throw new Left('lost', 'two conditions for the method cannot be joined');
  if (inner.path !== '/' && !inner.path.startsWith(outer.path))
    throw new Left('lost', 'two conditions for the path cannot be joined');
  return {
    hosts: inner.hosts ?? outer.hosts,
    path: inner.path === '/' ? outer.path : inner.path,
    methods: inner.methods ?? outer.methods,
  };
}

/** Texts, or null if one of them stands for everything. */
function readAll(place: JsonPlace, read: (text: string) => string | null): readonly string[] | null {
  const found = place.items.map(({ value }) => read(textOf(value)));
  return found.includes(null) ? null : [...new Set(found.filter((each) => each !== null))];
}

function textOf(value: Literal): string {
  if (typeof value !== 'string') throw new Left('lost', 'it is not a text');
  if (/^[!~]/.test(value))
    throw new Left('lost', `${JSON.stringify(value)}: routes have no negations and patterns`);
  return value;
}

function readHost(text: string): string | null {
  if (text === '*') return null;
  if (text.replace(/^\*\./, '').includes('*'))
    throw new Left('lost', `${JSON.stringify(text)}: only *. can begin a host`);
  return text;
}

function readMethod(text: string): string | null {
  if (text === '*') return null;
  if (text.includes('*')) throw new Left('lost', `${JSON.stringify(text)}: methods are whole words`);
  return text.toUpperCase();
}

function readPath(text: string, tell: (note: string) => void): string | null {
  if (text === '*' || text === '/*') return null;
  const path = text.replace(/\*$/, '');
  if (path.includes('*') || !path.startsWith('/'))
    throw new Left('lost', `${JSON.stringify(text)}: routes are by the beginning of a path`);
  const shown = decode(path);
  if (path === text) tell(`paths below ${shown} take it too`);
  else if (!path.endsWith('/')) tell(`${shown} ends where a part of the path does`);
  return shown;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Left('lost', `${JSON.stringify(path)} cannot be decoded`);
  }
}
