// Where the processes of workers come from: each started by itself, or forked from one that has imported the application.

import type { ProcessEvents, ProcessHandle, StartProcess, WorkerCommand } from './process.ts';

/** A process that workers are forked from. */
export interface PreloadStatus {
  readonly pid: number;
  /** Whether it has imported the application. */
  readonly isLoaded: boolean;
}

/** Starts processes. */
export interface WorkerSource {
  /** Starts one that runs this load of the code. Its events come later, never during the call. */
  start(generation: number, events: ProcessEvents): ProcessHandle;
  /** From now on only this load of the code is started. */
  keepOnly(generation: number): void;
  /** Starts nothing more, and resolves when nothing is left but the workers. */
  close(): Promise<void>;
  /** What the workers of a generation are forked from; null if they are not, or if there is nothing just now. */
  preload(generation: number): PreloadStatus | null;
}

/** Starts each process by itself. */
export function directSource(command: WorkerCommand, start: StartProcess): WorkerSource {
  return {
    start: (_generation, events) => start(command, events),
    keepOnly: () => {},
    close: () => Promise.resolve(),
    preload: () => null,
  };
}
