// Decides when a pool starts workers again: after deaths, and after the application could not be loaded.

import { watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import { RestartPolicy, type WorkerLife } from './restart-policy.ts';

/** Directories watched for a repair: those of the files in the traceback nearest to the failure. */
const WATCHED_DIRECTORIES_MAX = 16;
/** Editors and tools write several files in a row. */
const SETTLE_MS = 250;
/** Requests do not wait for a start that is further away: workers keep ending before they are ready. */
const WORTH_WAITING_MS = 1_000;

/** Calls `start` when workers should be started: with back-off after failures, and early when a file changes. */
export class Restarter {
  readonly #directory: string;
  readonly #start: () => void;
  readonly #policy = new RestartPolicy();
  #timer: NodeJS.Timeout | null = null;
  #dueMs = 0;
  #watchers: FSWatcher[] = [];
  /** Why the application could not be loaded the last time a worker tried, or null. */
  loadFailure: string | null = null;
  /** How the last worker ended, while those that are started keep ending and the next try is some way off; else null. */
  crashLoop: string | null = null;

  /** @param directory the application's, watched for changes while it cannot be loaded */
  constructor(directory: string, start: () => void) {
    this.#directory = directory;
    this.#start = start;
  }

  /** A worker could not load the application. Returns whether that is news. */
  loadFailed(traceback: string): boolean {
    const isNews = this.loadFailure !== traceback;
    this.loadFailure = traceback;
    if (isNews) this.#watch(traceback);
    return isNews;
  }

  /** A worker is ready. */
  loaded(): void {
    this.loadFailure = null;
    this.crashLoop = null;
    this.#unwatch();
  }

  /** A worker ended, for this reason. Arranges for a start and returns in how many milliseconds it comes. */
  ended(life: WorkerLife, reason: string): number {
    const waitMs = this.#policy.ended(life, this.#timer !== null);
    if (waitMs > WORTH_WAITING_MS) this.crashLoop = reason;
    this.#startIn(waitMs);
    return waitMs;
  }

  /** Starts nothing any more. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#unwatch();
  }

  #startIn(waitMs: number): void {
    const dueMs = performance.now() + waitMs;
    if (this.#timer && this.#dueMs <= dueMs) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.crashLoop = null;
      this.#start();
    }, waitMs);
  }

  #watch(traceback: string): void {
    this.#unwatch();
    const files = [...traceback.matchAll(/^ *File "([^"<]+)"/gm)].map(([, file = '']) => dirname(file));
    const directories = new Set([this.#directory, ...files.toReversed()]);
    for (const directory of [...directories].slice(0, WATCHED_DIRECTORIES_MAX)) {
      try {
        const watcher = watch(directory, { persistent: false }, (_event, name) => {
          // Python writes its byte code while it tries to load the application.
          if (name !== '__pycache__') this.#startIn(SETTLE_MS);
        });
        watcher.on('error', () => watcher.close());
        this.#watchers.push(watcher);
      } catch {
        // It cannot be watched; the back-off tries again in any case.
      }
    }
  }

  #unwatch(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }
}
