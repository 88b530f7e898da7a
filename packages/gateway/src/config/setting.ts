// What a setting is. The table of all of them is in `settings/`; the schema, the command line, the environment
// variables and the reference pages are derived from it.
import type { ValueKind } from './kinds/kind.ts';

/** What a default may depend on. */
export interface DefaultContext {
  /** Absolute path of the current directory. */
  readonly directory: string;
  /** Processors this process may use. */
  readonly coresCount: number;
}

/** What holds when a setting is not given. */
export type Fallback<T> =
  /** A value, as it would be written in the file. */
  | { readonly state: 'value'; readonly toml: string | number | boolean | Readonly<Record<string, string>> }
  /** A value that depends on where the gateway runs; `prose` names it. */
  | { readonly state: 'computed'; readonly prose: string; readonly compute: (context: DefaultContext) => T }
  /** Null; `prose` says what that means. */
  | { readonly state: 'none'; readonly prose: string }
  /** It has to be given. */
  | { readonly state: 'required' };

/** One setting: everything anybody needs to know about it, said once. */
export interface Setting<T> {
  /** Its key within the section; a dot makes a table (`queue.length`). */
  readonly key: string;
  readonly kind: ValueKind<NonNullable<T>>;
  readonly fallback: Fallback<T>;
  /** Its flag without the dashes; the environment variable is named after it. Null: file only. */
  readonly flag: string | null;
  /** `argument`: given without its flag. `flag`: not as an environment variable. */
  readonly only?: 'argument' | 'flag';
  /** One to three sentences. */
  readonly prose: string;
}

/** A setting for every field of a part of the configuration: the compiler finds the one that was forgotten. */
export type SettingsOf<T> = { readonly [Field in keyof T]-?: Setting<T[Field]> };

/** The environment variable of a flag. */
export function variableName(flag: string): string {
  return `SLUICE_${flag.toUpperCase().replaceAll('-', '_')}`;
}
