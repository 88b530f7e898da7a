// Headers by name, as node:http has them, from and to the ordered list of the wire.
import type { HeaderPair } from '../header-list.ts';

/** Header values to set: one, or several sent as headers of their own. */
export type HeaderValue = string | number | readonly string[];

/** Headers by name, or as an ordered list. */
export type HeadersInit = Readonly<Record<string, HeaderValue>> | readonly HeaderPair[];

/** One value per lower-case name: repeats are joined by ", ", cookies by "; "; set-cookie keeps only the list. */
export function headersByName(headers: readonly HeaderPair[]): Record<string, string> {
  const byName = Object.create(null) as Record<string, string>;
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = byName[key];
    byName[key] = before === undefined ? value : `${before}${key === 'cookie' ? '; ' : ', '}${value}`;
  }
  return byName;
}

/** Brings either form into a list. */
export function headerPairs(init: HeadersInit): HeaderPair[] {
  return Array.isArray(init) ? [...(init as readonly HeaderPair[])] : Object.entries(init).flatMap(expand);
}

function expand([name, value]: [string, HeaderValue]): HeaderPair[] {
  if (typeof value === 'string' || typeof value === 'number') return [[name, String(value)]];
  return value.map((each): HeaderPair => [name, each]);
}

/** Response headers under construction: set by name, sent in the order they were first set. */
export class HeaderMap {
  readonly #entries = new Map<string, HeaderPair[]>();

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  get(name: string): readonly string[] {
    return (this.#entries.get(name.toLowerCase()) ?? []).map(([, value]) => value);
  }

  set(name: string, value: HeaderValue): void {
    this.#entries.set(name.toLowerCase(), expand([name, value]));
  }

  append(name: string, value: HeaderValue): void {
    const key = name.toLowerCase();
    this.#entries.set(key, [...(this.#entries.get(key) ?? []), ...expand([name, value])]);
  }

  delete(name: string): void {
    this.#entries.delete(name.toLowerCase());
  }

  /** Replaces what has the same names; repeats within `init` are kept. */
  merge(init: HeadersInit): void {
    const pairs = headerPairs(init);
    for (const [name] of pairs) this.delete(name);
    for (const [name, value] of pairs) this.append(name, value);
  }

  list(): HeaderPair[] {
    return [...this.#entries.values()].flat();
  }
}
