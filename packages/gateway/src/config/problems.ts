// What can be wrong with a configuration, and how it is told: all of it at once, each with where it was written.

/** Where a value was given. */
export type Source =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly path: string; readonly line: number | null }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'flag'; readonly name: string }
  /** A word of the command line without a flag. */
  | { readonly kind: 'argument' };

/** One thing that is wrong. */
export interface Problem {
  readonly source: Source;
  /** The key, such as `pool.default.threads` or `listen[0].address`; empty where it is about the whole file. */
  readonly key: string;
  /** What was seen and what is allowed, or what to do. */
  readonly text: string;
}

/** The configuration cannot be used. Its message lists every problem, one a line. */
export class ConfigError extends Error {
  readonly code = 'SLUICE_CONFIG_INVALID';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** One line: place, key, text. */
export function formatProblem(problem: Problem): string {
  return [formatSource(problem.source), problem.key, problem.text].filter((part) => part !== '').join(': ');
}

/** Where a value comes from, in a few words; empty for a default. */
export function formatSource(source: Source): string {
  switch (source.kind) {
    case 'default':
      return '';
    case 'file':
      return source.line === null ? source.path : `${source.path}:${source.line}`;
    case 'environment':
      return source.name;
    case 'flag':
      return `--${source.name}`;
    case 'argument':
      return 'the command line';
  }
}

/** A value as it is shown in a problem: quoted, and cut where it gets long. */
export function show(value: unknown): string {
  const text = value instanceof Date ? value.toISOString() : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
