// `sluice serve`: loads the configuration, starts the gateway, and stops it when a signal asks for it.
import type { StopPace } from '../compose/control.ts';
import { ConfigError, type FoundPython, type GatewayConfig, type LoadedConfig } from '../config/index.ts';
import { formatProcessRange } from '../config/kinds/process-range.ts';
import type { FlagValues } from '../config/overrides.ts';
import { ListenError } from '../listen/index.ts';
import { createLogger, type Logger } from '../observe/log.ts';
import { writePidFile } from '../service/pid-file.ts';
import {
  connectServiceManager,
  withoutServiceVariables,
  type ServiceManager,
} from '../service/service-manager.ts';
import type { CliContext, RunningGateway } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { findConfiguredPython, loadCommandConfig } from './load.ts';
import { askPythonVersion, pythonVersionMin } from './python-version.ts';
import { packageVersion } from './package-version.ts';
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
  const hasApplication = config.app.target !== '';
  const python = hasApplication ? await usablePython(loaded, context) : NO_PYTHON;
  const logger = createLogger(config.log, context.stderr);
  if (hasApplication) {
    logger.info({}, describeApplication(config));
    logger.info({ path: python.path }, `Python ${python.version}, ${python.reason}`);
    logger.info({}, describeWorkers(config));
  }

  const removePidFile = config.control.pidFile === null ? null : pidFile(config.control.pidFile);
  const service = connectServiceManager(python.path, context.environment, (reason) =>
    logger.warn({ code: 'SLUICE_NOTIFY_FAILED' }, `the service manager cannot be told anything: ${reason}`),
  );
  try {
    return await runGateway(requests, { config, python: python.path, logger, service, context });
  } finally {
    await service?.close();
    removePidFile?.();
  }
}

interface UsablePython extends FoundPython {
  readonly version: string;
}

/** Where there is no application, nothing depends on whether there is a Python. */
const NO_PYTHON: UsablePython = { path: 'python3', reason: '', version: '' };

/** The interpreter, which has been asked for its version. Throws a `ConfigError` if it cannot run the workers. */
async function usablePython(loaded: LoadedConfig, context: CliContext): Promise<UsablePython> {
  const python = findConfiguredPython(loaded, context);
  const answer = await askPythonVersion(python.path);
  if ('reason' in answer) throw unusablePython(python.path, answer.reason);
  const { version, isSupported } = answer;
  if (isSupported) return { ...python, version };
  throw unusablePython(python.path, `it is Python ${version}, and ${pythonVersionMin.join('.')} is needed`);
}

/** What a gateway is run with. */
interface Run {
  readonly config: GatewayConfig;
  /** The interpreter. */
  readonly python: string;
  readonly logger: Logger;
  readonly service: ServiceManager | null;
  readonly context: CliContext;
}

async function runGateway(requests: Requests, run: Run): Promise<ExitCode> {
  const { config, python, logger, service, context } = run;
  const starting = context.startGateway(config, {
    logger,
    python,
    activation: context.activation,
    environment: withoutServiceVariables(context.environment),
    release: packageVersion(),
    onStop: (pace) => askToStop(requests, pace),
    onReloading: (isReloading) => (isReloading ? service?.reloading() : service?.ready()),
  });
  const gateway = await Promise.race([starting, requests.second]).catch((error: unknown) =>
    tellListenError(error, logger),
  );
  if (gateway === null) return exitCodes.listen;
  if ('source' in gateway) {
    // Not even started after two signals. The process ends, the workers notice, and nobody is left to tell more.
    starting.catch(() => {});
    return exitCodes.forced;
  }
  for (const { protocol, address, url } of gateway.listeners) {
    logger.info({ protocol }, `listening on ${url ?? address}`);
  }
  if (gateway.controlPath !== null) logger.info({}, `control socket ${gateway.controlPath}`);
  logger.info({}, 'ready');
  service?.ready();
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

function pidFile(path: string): () => void {
  try {
    return writePidFile(path);
  } catch (error) {
    const text = `cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    throw new ConfigError([{ source: { kind: 'default' }, key: 'control.pid_file', text }]);
  }
}

function askToStop(requests: Requests, pace: StopPace): void {
  const request = { source: 'control socket', isPatient: pace === 'patient' };
  requests.stop(request);
  if (pace === 'now') requests.stop(request);
}

function tellFailure(error: unknown, { stderr }: CliContext): ExitCode {
  if (error instanceof ConfigError) {
    for (const line of error.message.split('\n')) stderr.write(`sluice: ${line}\n`);
    return exitCodes.usage;
  }
  throw error;
}

function tellListenError(error: unknown, logger: Logger): null {
  if (!(error instanceof ListenError)) throw error;
  logger.error({ code: error.code }, error.message);
  return null;
}

function unusablePython(path: string, reason: string): ConfigError {
  const source = { kind: 'default' } as const;
  return new ConfigError([
    { source, key: 'app.python', text: `${path}: ${reason}; name another with --python` },
  ]);
}

function describeApplication({ app }: GatewayConfig): string {
  return `application ${app.target} in ${app.directory}`;
}

function describeWorkers({ pools }: GatewayConfig): string {
  const counts = Object.entries(pools).map(([name, { processes, threads }]) => {
    const workers = `${formatProcessRange(processes)} worker${processes.max === 1 ? '' : 's'} with ${count(threads, 'thread')} each`;
    return name === 'default' ? workers : `pool ${name}: ${workers}`;
  });
  return counts.join(', ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
