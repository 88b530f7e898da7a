// What a configuration of mod_wsgi comes to while it is read.
import type { Draft, DraftTable } from '../draft.ts';

/** A process group while its options are read. */
export interface DaemonContext {
  readonly draft: Draft;
  /** `[app]` or `[pool.NAME]`: what runs. */
  readonly app: DraftTable;
  /** `[pool.default]` or `[pool.NAME]`: how it runs. */
  readonly pool: DraftTable;
}

/** Directives that hold for every application. */
export interface ServerContext {
  readonly draft: Draft;
  /** Each application: `[app]` and `[pool.NAME]`. */
  readonly apps: readonly DraftTable[];
  /** Some application runs in the processes of Apache. */
  readonly isEmbedded: boolean;
}
