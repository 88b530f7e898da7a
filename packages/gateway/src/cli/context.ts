// What a command may know of the world. Everything comes in here, so that a test can be the world.
import type { StopPace } from '../compose/control.ts';
import type { AttachmentEvents } from '../compose/pools.ts';
import type { Environment, GatewayConfig } from '../config/index.ts';
import type { Activation, Listener } from '../listen/index.ts';
import type { Logger, LogStream } from '../observe/log.ts';
import type { SignalSource } from './requests.ts';

/** A running gateway, as far as the command line needs it. */
export interface RunningGateway {
  readonly listeners: readonly Pick<Listener, 'protocol' | 'address' | 'url'>[];
  /** Where it listens for commands, or null. */
  readonly controlPath: string | null;
  /** Whether it serves; not if it was told to stop before. */
  readonly isStarted: boolean;
  /** The pools that no worker serves: by name, the traceback if that is why, else null. */
  unserved(): ReadonlyMap<string, string | null>;
  /** Loads the code again, for the reason given. What comes of it is in the log. */
  reload(reason: string): unknown;
  /** Accepts nothing new, finishes what runs, within `stop_timeout` unless patient, and resolves when all is closed. */
  stop(isPatient?: boolean): Promise<void>;
  /** Cuts off whatever runs; then `stop` resolves soon. */
  stopNow(): void;
  /** Rejects if a process that serves does not answer. Default: there is none but this. */
  readonly answers?: () => Promise<void>;
}

/** What a gateway is started with besides its configuration. */
export interface GatewayParts {
  readonly logger: Logger;
  /** The descriptor of the file that `logger` writes to at this moment; null: standard error. */
  readonly logFile: () => number | null;
  /** Absolute path of the interpreter. */
  readonly python: string;
  /** Those of pools that have another one, by the names of the pools. */
  readonly pythons: ReadonlyMap<string, string>;
  /** Sockets that systemd has handed over. */
  readonly activation: Activation;
  /** The environment of this process; workers get it and `app.environment` on top. */
  readonly environment: Environment;
  /** Of the package. */
  readonly release: string;
  /** The end of the gateway is wanted through the control socket. */
  readonly onStop: (pace: StopPace) => void;
  /** Resolves when somebody wants it to end: it need not wait for its workers any more. */
  readonly stopping: Promise<unknown>;
  /** What a process wants that runs the application itself. */
  readonly attachment: AttachmentEvents;
  /** The code begins to be loaded again, or that is over. */
  readonly onReloading: (isReloading: boolean) => void;
}

/** Starts a gateway; rejects with `ListenError` when a listener cannot be opened. */
export type StartGateway = (config: GatewayConfig, parts: GatewayParts) => Promise<RunningGateway>;

/** Where a command writes, text or bytes. */
export interface Output extends LogStream {
  readonly write: (data: string | Uint8Array) => unknown;
  /** False when nobody reads it any more. Standard output is never destroyed, whatever happens to it. */
  readonly writable?: boolean;
}

/** The world around a command. */
export interface CliContext {
  readonly environment: Environment;
  /** The current directory, absolute. */
  readonly directory: string;
  readonly coresCount: number;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly signals: SignalSource;
  /** Loads what `startGateway` needs, so that it need not be waited for then. Default: that is there. */
  readonly loadGateway?: (config: GatewayConfig) => Promise<unknown>;
  readonly activation: Activation;
  readonly startGateway: StartGateway;
  /** The words that start this program, absolute. */
  readonly command: readonly string[];
  /** The directory that holds the Python package `sluice`. */
  readonly pythonPackage: () => string;
}
