// What a uWSGI file says that takes more than one option to carry over.
import type { Draft } from '../draft.ts';
import type { Option } from '../option.ts';

/** A socket to listen on. */
export interface SocketFact {
  readonly option: Option;
  /** Null: what `protocol` says. */
  readonly protocol: 'http' | 'fastcgi' | 'scgi' | 'uwsgi' | null;
  /** As it was written, without certificates. */
  readonly address: string;
  readonly certificate: string | null;
  readonly key: string | null;
}

/** A value and the option that gave it. */
export interface Given<T> {
  readonly value: T;
  readonly option: Option;
}

/** Collected while the options are carried over. */
export class UwsgiFacts {
  readonly draft: Draft;
  /** Absolute: where relative paths of the file begin. */
  readonly directory: string;
  readonly sockets: SocketFact[] = [];
  readonly mounts: Given<{ readonly path: string; readonly app: string }>[] = [];
  readonly statics: Given<{ readonly path: string; readonly directory: string }>[] = [];
  readonly pythonPaths: Given<string>[] = [];
  module: Given<string> | null = null;
  file: Given<string> | null = null;
  callable: Given<string> | null = null;
  processes: Given<number> | null = null;
  cheaper: Given<number> | null = null;
  protocol: Given<string> | null = null;
  mode: Given<string> | null = null;
  owner: Given<string> | null = null;
  group: Given<string> | null = null;
  backlog: Given<number> | null = null;
  staticIndex: Given<string> | null = null;
  isLogged = true;
  isLazy = false;
  hasHarakiri = false;

  constructor(draft: Draft, directory: string) {
    this.draft = draft;
    this.directory = directory;
  }
}
