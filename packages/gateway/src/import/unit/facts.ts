// What a configuration of Unit comes to while it is read.
import type { Draft, DraftTable } from '../draft.ts';
import type { Option } from '../option.ts';
import type { JsonPlace } from './json.ts';

/** The whole configuration. */
export class UnitFacts {
  readonly draft: Draft;
  readonly root: JsonPlace;
  /** Where applications, targets and upstreams ended up, such as `pool:blog`; null if they could not be carried over. */
  readonly destinations: Map<string, string | null> = new Map<string, string | null>();
  /** Where in the URL applications with a prefix are, by their destinations. */
  readonly mounts: Map<string, { readonly path: string; readonly option: Option }> = new Map<
    string,
    { readonly path: string; readonly option: Option }
  >();
  isBodyLimited = false;

  constructor(draft: Draft, root: JsonPlace) {
    this.draft = draft;
    this.root = root;
  }

  /** What is at `routes/NAME` and the like. */
  find(...names: readonly string[]): JsonPlace | undefined {
    return names.reduce<JsonPlace | undefined>((place, name) => place?.member(name), this.root);
  }
}

/** A listener while its members are read. */
export interface ListenerContext {
  readonly draft: Draft;
  readonly listen: DraftTable;
  readonly forwarded: Option[];
}

/** An application while its members are read. */
export interface ApplicationContext {
  readonly draft: Draft;
  /** `[app]` or `[pool.NAME]`: what it is. */
  readonly app: DraftTable;
  /** `[pool.default]` or `[pool.NAME]`: how it runs. */
  readonly pool: DraftTable;
  module: Option | null;
  callable: Option | null;
  factory: Option | null;
  prefix: Option | null;
  paths: { readonly value: readonly string[]; readonly option: Option } | null;
  processes: { max: number; spare: number; readonly options: Option[] };
  hasTimeout: boolean;
}
