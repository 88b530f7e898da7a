// Response headers while they can still be changed: names keep their spelling and are found in any.
import { checkHeader, type HeaderPair } from '../cgi-head.ts';

/** Headers to set: a value, or several for one line each. */
export type HeaderInput = Readonly<Record<string, string | number | readonly string[]>>;

interface Header {
  readonly name: string;
  readonly values: readonly string[];
}

/** Headers by name, in the order they were first set. */
export class HeaderMap {
  readonly #headers: Map<string, Header> = new Map();

  /** Throws FCGI_HEADER_INVALID. */
  set(name: string, value: string | number | readonly string[]): void {
    const values = typeof value === 'string' || typeof value === 'number' ? [String(value)] : [...value];
    for (const each of values) checkHeader(name, each);
    this.#headers.set(name.toLowerCase(), { name, values });
  }

  append(name: string, value: string): void {
    this.set(name, [...this.get(name), value]);
  }

  get(name: string): readonly string[] {
    return this.#headers.get(name.toLowerCase())?.values ?? [];
  }

  has(name: string): boolean {
    return this.#headers.has(name.toLowerCase());
  }

  delete(name: string): void {
    this.#headers.delete(name.toLowerCase());
  }

  *pairs(): Generator<HeaderPair, void, undefined> {
    for (const { name, values } of this.#headers.values()) {
      for (const value of values) yield [name, value];
    }
  }
}
