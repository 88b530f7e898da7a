// What a pool is told and what it reports.

import type { Exchange } from '../../exchange/exchange.ts';
import type { WorkerFacts } from './control-decoder.ts';
import type { AttachmentEvents } from './attached/attached-source.ts';
import type { GateOptions } from './gate.ts';
import type { PreloadReporter } from './preload/preload-source.ts';
import type { WorkerCommand } from './process.ts';
import type { TurnoverFailure } from './turnover.ts';
import type { UpkeepOptions } from './upkeep.ts';
import type { WatchdogOptions } from './watchdog.ts';

/** How a pool works. Times are milliseconds. */
export interface PoolOptions extends GateOptions, UpkeepOptions, WatchdogOptions {
  readonly name: string;
  /** How its workers are started. */
  readonly command: WorkerCommand;
  readonly requestTimeoutMs: number;
  /** Default: no limit. */
  readonly firstByteTimeoutMs?: number | null;
  /** Default: no limit. */
  readonly streamIdleTimeoutMs?: number | null;
  readonly startupTimeoutMs: number;
  readonly stopTimeoutMs: number;
  /** Whether workers are forked from a process that has imported the application; default false. */
  readonly isPreloaded?: boolean;
  /** The channel to a process that runs the application itself and has started this gateway; default none. */
  readonly attached?: { readonly fd: number; readonly events: AttachmentEvents } | null;
}

/** What happens in a pool that somebody may want to read. Implemented by whoever logs. */
export interface PoolReporter extends PreloadReporter {
  workerReady(pid: number, facts: WorkerFacts): void;
  workerEnded(pid: number, reason: string, wasExpected: boolean, restartInMs: number | null): void;
  /** Called once for each different traceback in a row. */
  applicationNotLoaded(pid: number, traceback: string): void;
  /** Workers of a generation have been replaced by newer ones, or that has failed and the generation serves on. */
  reloaded(generation: number, failure: TurnoverFailure | null): void;
  /** The number of workers that are wanted has changed. */
  scaled(countWanted: number, reason: string): void;
  /** A worker has served long enough and is going to be replaced. */
  recycling(pid: number, reason: string): void;
  /** It answers nothing, not even the gateway: native code holds the interpreter. These requests run in it. */
  workerStuck(pid: number, unansweredMs: number, running: readonly Exchange[]): void;
  /** It answers again, after so long. */
  workerUnstuck(pid: number, unansweredMs: number): void;
  output(pid: number, text: string, exchange: Exchange | null): void;
}
