// `sluice check`: tells what would keep an application from running, before anybody depends on it.
import { ConfigError, formatProblem, formatSource } from '../../config/index.ts';
import type { FlagValues } from '../../config/index.ts';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { findConfiguredPython, loadCommandConfig, type CommandConfig } from '../load.ts';
import { askPythonVersion, pythonVersionMin } from '../python-version.ts';
import { tryImport } from './application.ts';
import { findIdentity, type Identity } from './identity.ts';
import { checkListener } from './listeners.ts';
import { Report } from './report.ts';

/** Prints what is right and what is not. The exit code tells the first problem. */
export async function check(
  target: string | undefined,
  flags: FlagValues,
  context: CliContext,
): Promise<ExitCode> {
  const report = new Report(context.stdout);
  const loaded = attempt(exitCodes.usage, 'configuration', report, () =>
    loadCommandConfig(target, flags, context),
  );
  if (loaded === null) return report.code;
  describeConfig(loaded, report);
  const user = await findUser(flags['as'], report);
  for (const listen of loaded.config.listen) await checkListener(listen, user, report);
  if (loaded.config.app.target === '') return report.code;
  const python = await checkPython(loaded, report, context);
  if (python !== null) await checkApplication(loaded, python, report, context);
  return report.code;
}

function attempt<T>(code: ExitCode, subject: string, report: Report, action: () => T): T | null {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) report.problem(code, subject, formatProblem(problem));
    return null;
  }
}

function describeConfig({ file, overridden }: CommandConfig, report: Report): void {
  report.ok('configuration', file ?? 'no file, defaults');
  for (const [key, source] of overridden)
    report.note('configuration', `${key} comes from ${formatSource(source)}`);
}

async function findUser(name: FlagValues[string], report: Report): Promise<Identity | null> {
  if (typeof name !== 'string') return null;
  const user = await findIdentity(name);
  if (user === null) report.problem(exitCodes.usage, '--as', `there is no user "${name}"`);
  return user;
}

async function checkPython(
  loaded: CommandConfig,
  report: Report,
  context: CliContext,
): Promise<string | null> {
  const found = attempt(exitCodes.application, 'python', report, () => findConfiguredPython(loaded, context));
  if (found === null) return null;
  const { path, reason } = found;
  const answer = await askPythonVersion(path);
  if ('reason' in answer) {
    report.problem(exitCodes.application, 'python', `${path} (${reason}): ${answer.reason}`);
    return null;
  }
  if (!answer.isSupported) {
    const text = `${path} (${reason}) is Python ${answer.version}, and ${pythonVersionMin.join('.')} or later is needed`;
    report.problem(exitCodes.application, 'python', text);
    return null;
  }
  report.ok('python', `${path} (${reason}), Python ${answer.version}`);
  return path;
}

async function checkApplication(
  { config }: CommandConfig,
  python: string,
  report: Report,
  { environment, pythonPackage }: CliContext,
): Promise<void> {
  const subject = `application ${config.app.target}`;
  const timeoutMs = config.pools['default']?.startupTimeoutMs ?? 0;
  const failure = await tryImport({
    python,
    packageDirectory: pythonPackage(),
    app: config.app,
    environment,
    timeoutMs,
  });
  if (failure === null) report.ok(subject, 'can be imported');
  else report.problem(exitCodes.application, subject, `cannot be imported\n${failure}`);
}
