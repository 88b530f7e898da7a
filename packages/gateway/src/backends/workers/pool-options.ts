// What a pool is told and what it reports.

import type { Exchange } from '../../exchange/exchange.ts';
import type { WorkerFacts } from './control-decoder.ts';
import type { GateOptions } from './gate.ts';
import type { WorkerCommand } from './process.ts';
import type { TurnoverFailure } from './turnover.ts';

/** How a pool works. Times are milliseconds. */
export interface PoolOptions extends GateOptions {
  readonly name: string;
  /** How its workers are started. */
  readonly command: WorkerCommand;
  readonly processes: number;
  /** With more than `processes` the load decides; default the same. */
  readonly processesMax?: number;
  readonly requestTimeoutMs: number;
  readonly startupTimeoutMs: number;
  readonly stopTimeoutMs: number;
}

/** What happens in a pool that somebody may want to read. Implemented by whoever logs. */
export interface PoolReporter {
  workerReady(pid: number, facts: WorkerFacts): void;
  workerEnded(pid: number, reason: string, wasExpected: boolean, restartInMs: number | null): void;
  /** Called once for each different traceback in a row. */
  applicationNotLoaded(pid: number, traceback: string): void;
  /** Workers of a generation have been replaced by newer ones, or that has failed and the generation serves on. */
  reloaded(generation: number, failure: TurnoverFailure | null): void;
  output(pid: number, text: string, exchange: Exchange | null): void;
}
