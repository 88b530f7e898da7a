// `sluice serve`: loads the configuration, starts the gateway, and stops it when a signal asks for it.
import type { StopPace } from '../compose/control.ts';
import type { AttachmentEvents } from '../compose/pools.ts';
import {
  applicationOf,
  attachedDescriptor,
  ConfigError,
  hasOwnApplication,
  poolsWithApplication,
  type Application,
  type GatewayConfig,
  type PoolConfig,
} from '../config/index.ts';
import { formatProcessRange } from '../config/kinds/process-range.ts';
import type { FlagValues } from '../config/overrides.ts';
import { ListenError } from '../listen/index.ts';
import { openLogFile, type LogFile } from '../observe/log-file.ts';
import { createLogger, type Logger } from '../observe/log.ts';
import { writePidFile } from '../service/pid-file.ts';
import { readyDescriptor } from '../service/ready-descriptor.ts';
import {
  connectServiceManager,
  withoutServiceVariables,
  type ServiceManager,
} from '../service/service-manager.ts';
import type { CliContext, RunningGateway } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { loadCommandConfig } from './load.ts';
import { packageVersion } from './package-version.ts';
import { usablePythons, type Pythons, type UsablePython } from './pythons.ts';
import { Requests } from './requests.ts';

/** Runs the gateway until a signal stops it. */
export async function serve(
  target: string | undefined,
  flags: FlagValues,
  context: CliContext,
): Promise<ExitCode> {
  const requests = new Requests(context.signals);
  try {
    return await serveUntil(requests, target, flags, context);
  } catch (error) {
    return tellFailure(error, context);
  } finally {
    requests.release();
  }
}

async function serveUntil(
  requests: Requests,
  target: string | undefined,
  flags: FlagValues,
  context: CliContext,
): Promise<ExitCode> {
  const loaded = loadCommandConfig(target, flags, context);
  const { config } = loaded;
  // The gateway is loaded while the interpreter is asked for its version.
  const [pythons] = await Promise.all([usablePythons(loaded, context), context.loadGateway?.(config)]);
  const logFile = config.log.file === null ? null : openFile(config.log.file);
  const logger = createLogger(config.log, logFile ?? context.stderr);
  tellApplications(config, pythons, logger);

  const tellReady = readyTeller(config.control.readyDescriptor);
  const removePidFile = config.control.pidFile === null ? null : pidFile(config.control.pidFile);
  const python = (pythons.main ?? [...pythons.ofPools.values()][0])?.path ?? NO_PYTHON;
  const service = connectServiceManager(python, context.environment, (reason) =>
    logger.warn({ code: 'SLUICE_NOTIFY_FAILED' }, `the service manager cannot be told anything: ${reason}`),
  );
  try {
    return await runGateway(requests, {
      config,
      python,
      pythons,
      logger,
      logFile: () => logFile?.descriptor ?? null,
      context,
      service,
      tellReady,
    });
  } finally {
    await service?.close();
    removePidFile?.();
    logFile?.close();
  }
}

/** Where there is no application, nothing depends on whether there is a Python. */
const NO_PYTHON = 'python3';

/** What a gateway is run with. */
interface Run {
  readonly config: GatewayConfig;
  /** The interpreter. */
  readonly python: string;
  readonly pythons: Pythons;
  readonly logger: Logger;
  /** The descriptor of the log file; null: standard error. */
  readonly logFile: () => number | null;
  readonly service: ServiceManager | null;
  /** Tells whoever has started it, if they want to know. */
  readonly tellReady: () => void;
  readonly context: CliContext;
}

async function runGateway(requests: Requests, run: Run): Promise<ExitCode> {
  const { config, python, pythons, logger, logFile, service, tellReady, context } = run;
  const starting = context.startGateway(config, {
    logger,
    logFile,
    python,
    pythons: new Map([...pythons.ofPools].map(([name, { path }]) => [name, path])),
    activation: context.activation,
    environment: withoutServiceVariables(context.environment),
    release: packageVersion(),
    onStop: (pace) => askToStop(requests, pace),
    stopping: requests.first,
    attachment: attachmentOf(requests, logger),
    onReloading: (isReloading) => (isReloading ? service?.reloading() : service?.ready()),
  });
  const gateway = await Promise.race([starting, requests.second]).catch((error: unknown) =>
    tellListenError(error, run),
  );
  if (gateway === null) return exitCodes.listen;
  if ('source' in gateway) {
    // Not even started after two signals. The process ends, the workers notice, and nobody is left to tell more.
    starting.catch(() => {});
    return exitCodes.forced;
  }
  if (!gateway.isStarted) return stopWhenAsked(gateway, requests, run);
  if (config.app.mustLoad && tellUnserved(gateway, run)) {
    gateway.stopNow();
    await gateway.stop();
    return exitCodes.application;
  }
  for (const { protocol, address, url } of gateway.listeners) {
    logger.info({ protocol }, `listening on ${url ?? address}`);
  }
  if (gateway.controlPath !== null) logger.info({}, `control socket ${gateway.controlPath}`);
  logger.info({}, 'ready');
  if (gateway.answers) service?.beatWhen(gateway.answers);
  service?.ready();
  tellReady();
  requests.onReload((source) => gateway.reload(source));
  return stopWhenAsked(gateway, requests, run);
}

async function stopWhenAsked(
  gateway: RunningGateway,
  requests: Requests,
  { logger, service }: Run,
): Promise<ExitCode> {
  const { source, isPatient } = await requests.first;
  service?.stopping();
  logger.info({ source }, 'stopping; running requests are finished first, a second signal cuts them off');
  const stopped = gateway.stop(isPatient).then(() => null);
  const outcome = await Promise.race([stopped, requests.second]);
  if (outcome === null) {
    logger.info({}, 'stopped');
    return exitCodes.ok;
  }
  gateway.stopNow();
  await stopped;
  logger.warn(
    { code: 'SLUICE_STOPPED_NOW', source: outcome.source },
    'stopped at once; running requests were cut off',
  );
  return exitCodes.forced;
}

function readyTeller(descriptor: number | null): () => void {
  return descriptor === null
    ? () => {}
    : madeFile('control.ready_descriptor', () => readyDescriptor(descriptor));
}

function pidFile(path: string): () => void {
  return madeFile('control.pid_file', () => writePidFile(path));
}

function openFile(path: string): LogFile {
  return madeFile('log.file', () => openLogFile(path));
}

function madeFile<T>(key: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const text = `cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    throw new ConfigError([{ source: { kind: 'default' }, key, text }]);
  }
}

function askToStop(requests: Requests, pace: StopPace): void {
  const request = { source: 'control socket', isPatient: pace === 'patient' };
  requests.stop(request);
  if (pace === 'now') requests.stop(request);
}

/** The process that has started this gateway may be told to stop by the very signal that has come here too. */
function attachmentOf(requests: Requests, logger: Logger): AttachmentEvents {
  const request = { source: 'the process that runs the application', isPatient: false };
  let stopsCount = 0;
  return {
    stop: () => {
      stopsCount++;
      if (stopsCount > 1 || !requests.isStopping) requests.stop(request);
    },
    gone: (reason) => {
      const message = `the process that runs the application ${reason}; nobody is left to serve`;
      logger.error({ code: 'SLUICE_APPLICATION_GONE' }, message);
      requests.stop(request);
      requests.stop(request);
    },
  };
}

function tellFailure(error: unknown, { stderr }: CliContext): ExitCode {
  if (error instanceof ConfigError) {
    for (const line of error.message.split('\n')) stderr.write(`sluice: ${line}\n`);
    return exitCodes.usage;
  }
  throw error;
}

function tellListenError(error: unknown, run: Run): null {
  if (!(error instanceof ListenError)) throw error;
  run.logger.error({ code: error.code }, error.message);
  tellBeside(error.message, run);
  return null;
}

/** Says which pools have no worker, and returns whether there are any. That one was not loaded is in the log already. */
function tellUnserved(gateway: RunningGateway, run: Run): boolean {
  const unserved = gateway.unserved();
  for (const [pool, traceback] of unserved) {
    const message = `pool ${pool}: ${traceback === null ? 'its worker ended before it was ready' : 'the application could not be loaded'}`;
    run.logger.error({ code: 'SLUICE_NOT_STARTED', pool }, `not started; ${message}`);
    tellBeside(`${message}\n${traceback ?? ''}`.trimEnd(), run);
  }
  return unserved.size > 0;
}

/** Whoever waits for the gateway to start does not read the file of its log. */
function tellBeside(message: string, { config, context }: Run): void {
  if (config.log.file !== null) context.stderr.write(`sluice: ${message}\n`);
}

function tellApplications(config: GatewayConfig, { main, ofPools }: Pythons, logger: Logger): void {
  const pools = poolsWithApplication(config);
  const tell = (
    subject: string,
    { target, directory }: Pick<Application, 'target' | 'directory'>,
    python: UsablePython | null,
  ): void => {
    logger.info({}, `${subject} ${target} in ${directory}`);
    if (python) logger.info({ path: python.path }, `Python ${python.version}, ${python.reason}`);
  };
  if (attachedDescriptor(config.app.target) !== null) {
    logger.info({}, 'application of the program that has started this gateway');
  } else if (config.app.target !== '') tell('application', config.app, main);
  for (const [name, pool] of pools) {
    if (!hasOwnApplication(pool)) continue;
    tell(`pool ${name}: application`, applicationOf(config, pool), ofPools.get(name) ?? null);
  }
  if (pools.size > 0) logger.info({}, describeWorkers(pools));
}

function describeWorkers(pools: ReadonlyMap<string, PoolConfig>): string {
  const counts = [...pools].map(([name, { processes, threads }]) => {
    const workers = `${formatProcessRange(processes)} worker${processes.max === 1 ? '' : 's'} with ${count(threads, 'thread')} each`;
    return name === 'default' ? workers : `pool ${name}: ${workers}`;
  });
  return counts.join(', ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
