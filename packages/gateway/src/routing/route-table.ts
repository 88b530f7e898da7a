// Finds the most special rule for a request. What it costs depends on the request and on how many lengths the paths of
// rules have, not on how many rules there are.

/** Which requests a rule is for. */
export interface Rule {
  /** In lower case; `*.` in front stands for one label or more. Null: every host. */
  readonly hosts: readonly string[] | null;
  /** Begins with `/`. It takes the paths that are it or lie below it; see `isUnder`. */
  readonly path: string;
  /** Null: every method. */
  readonly methods: readonly string[] | null;
}

/** What a request is looked up by. */
export interface Asked {
  /** As {@link hostOf} gives it. */
  readonly host: string;
  readonly path: string;
  readonly method: string;
}

/**
 * Rules with what they lead to. The rule that wins is that of the host by name, then that of the longest wildcard, then
 * one for every host; among these that of the longest path; among these one that names methods; then the first.
 */
export class RouteTable<T> {
  /** By host, by wildcard without its `*`, and '' for every host. */
  readonly #groups = new Map<string, PathIndex<T>>();
  /** Whether anybody has to ask for the host of a request. */
  readonly hasHosts: boolean;

  constructor(entries: readonly (readonly [Rule, T])[]) {
    for (const [rule, target] of entries) {
      for (const host of rule.hosts ?? ['*']) {
        const key = host.startsWith('*') ? host.slice(1) : host;
        const group = this.#groups.get(key) ?? new PathIndex<T>();
        this.#groups.set(key, group);
        group.add(rule, target);
      }
    }
    this.hasHosts = [...this.#groups.keys()].some((key) => key !== '');
  }

  /** What the rule for a request leads to; undefined if there is none. */
  find({ host, path, method }: Asked): T | undefined {
    if (this.hasHosts && host !== '') {
      const found = this.#groups.get(host)?.find(path, method);
      if (found !== undefined) return found;
      // ".b.example.org", then ".example.org": the longer one is more special.
      for (
        let dot = host.indexOf('.');
        dot > 0 && host.length <= HOST_CHARACTERS;
        dot = host.indexOf('.', dot + 1)
      ) {
        const below = this.#groups.get(host.slice(dot))?.find(path, method);
        if (below !== undefined) return below;
      }
    }
    return this.#groups.get('')?.find(path, method);
  }
}

/** No name is longer (RFC 1035), and one with a dot in every place would be dear. */
const HOST_CHARACTERS = 253;

/** The rules of one host by their paths. */
class PathIndex<T> {
  readonly #byPath = new Map<string, MethodIndex<T>>();
  /** Of the paths, longest first. */
  #lengths: readonly number[] = [];

  add({ path, methods }: Rule, target: T): void {
    const index = this.#byPath.get(path) ?? new MethodIndex<T>();
    this.#byPath.set(path, index);
    index.add(methods, target);
    this.#lengths = [...new Set([...this.#byPath.keys()].map(({ length }) => length))].toSorted(
      (a, b) => b - a,
    );
  }

  find(path: string, method: string): T | undefined {
    for (const length of this.#lengths) {
      // A path ends where a segment does: /apple is not under /app.
      if (length > path.length) continue;
      if (length < path.length && path[length] !== '/' && path[length - 1] !== '/') continue;
      const found = this.#byPath.get(path.slice(0, length))?.find(method);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** The rules of one path by their methods. */
class MethodIndex<T> {
  readonly #byMethod = new Map<string, T>();
  #every: T | undefined;

  add(methods: readonly string[] | null, target: T): void {
    if (methods === null) {
      this.#every ??= target;
      return;
    }
    for (const method of methods) if (!this.#byMethod.has(method)) this.#byMethod.set(method, target);
  }

  find(method: string): T | undefined {
    const asked = this.#byMethod.get(method);
    if (asked !== undefined) return asked;
    // HEAD asks for the head of what GET gives.
    const get = method === 'HEAD' ? this.#byMethod.get('GET') : undefined;
    return get ?? this.#every;
  }
}

/** The host of a request by its HTTP_HOST or SERVER_NAME: in lower case, without port and without a dot at the end. */
export function hostOf(name: string): string {
  const host = name.startsWith('[') ? name.slice(0, name.indexOf(']') + 1) : name.replace(/:\d*$/, '');
  return host.toLowerCase().replace(/\.$/, '');
}
