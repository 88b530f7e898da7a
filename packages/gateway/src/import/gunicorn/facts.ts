// What a gunicorn file says that takes more than one setting to carry over.
import type { Draft } from '../draft.ts';
import type { Option } from '../option.ts';

/** A value and the setting that gave it. */
export interface Given<T> {
  readonly value: T;
  readonly option: Option;
}

/** Collected while the settings are carried over. */
export class GunicornFacts {
  readonly draft: Draft;
  /** Absolute: where relative paths of the file begin. */
  readonly directory: string;
  binds: Given<readonly string[]> | null = null;
  protocol: Given<'http' | 'uwsgi'> | null = null;
  backlog: Given<number> | null = null;
  umask: Given<number> | null = null;
  certificate: Given<string> | null = null;
  key: Given<string> | null = null;
  proxyProtocol: Option | null = null;
  /** Who may send PROXY headers, requests of uwsgi, and forwarding headers. */
  readonly peers: Record<'proxy' | 'uwsgi' | 'forwarded', Given<readonly string[]> | null> = {
    proxy: null,
    uwsgi: null,
    forwarded: null,
  };
  hasWorkers = false;
  hasTimeout = false;

  constructor(draft: Draft, directory: string) {
    this.draft = draft;
    this.directory = directory;
  }
}
