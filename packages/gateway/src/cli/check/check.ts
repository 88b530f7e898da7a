// `sluice check`: tells what would keep an application from running, before anybody depends on it.
import { statSync } from 'node:fs';
import {
  applicationOf,
  attachedDescriptor,
  ConfigError,
  formatProblem,
  formatSource,
  hasOwnApplication,
  poolsWithApplication,
  type FoundPython,
} from '../../config/index.ts';
import type { FlagValues } from '../../config/index.ts';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { findConfiguredPython, findPoolPython, loadCommandConfig, type CommandConfig } from '../load.ts';
import { askPythonVersion, pythonVersionMin } from '../python-version.ts';
import { checkAccount, checkReach } from './account.ts';
import { tryImport } from './application.ts';
import { findIdentity, type Identity } from './identity.ts';
import { checkListener } from './listeners.ts';
import { checkLogFile } from './log-file.ts';
import { Report } from './report.ts';
import { checkUpstreams } from './upstreams.ts';

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
  const account = await checkAccount(loaded.config.app, report);
  checkDirectories(loaded, report);
  checkLogFile(loaded.config.log.file, report);
  await checkUpstreams(loaded.config, report);
  await checkApplications(loaded, account, report, context);
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

/** What is not there now may be there later, so that is no reason not to start. */
function checkDirectories({ config }: CommandConfig, report: Report): void {
  for (const { path, directory } of config.static) {
    const isThere = statSync(directory, { throwIfNoEntry: false })?.isDirectory() ?? false;
    const subject = `static ${path}`;
    if (isThere) report.ok(subject, `${directory} is a directory`);
    else report.note(subject, `${directory} is no directory: whatever is asked for there is not found`);
  }
}

// Each application once, however many pools run it.
async function checkApplications(
  loaded: CommandConfig,
  account: Identity | null,
  report: Report,
  context: CliContext,
): Promise<void> {
  const { config } = loaded;
  const seen = new Set<string>();
  for (const [name, pool] of poolsWithApplication(config)) {
    const isOwn = hasOwnApplication(pool);
    const key = isOwn ? name : '';
    if (seen.has(key)) continue;
    seen.add(key);
    const ofPool = isOwn ? ` of pool ${name}` : '';
    const application = applicationOf(config, pool);
    const subject = `application ${application.target}${ofPool}`;
    if (attachedDescriptor(application.target) !== null) {
      report.note(subject, 'is run by the program that starts the gateway; cannot be checked from here');
      continue;
    }
    const python = await checkPython(`python${ofPool}`, report, () => {
      const own = isOwn ? findPoolPython(name, pool, context) : null;
      return own ?? findConfiguredPython(loaded, context);
    });
    if (python === null) continue;
    if (account !== null) checkReach(account, python, application.directory, subject, report);
    const failure = await tryImport({
      python,
      packageDirectory: context.pythonPackage(),
      app: application,
      environment: context.environment,
      timeoutMs: pool.startupTimeoutMs,
    });
    if (failure === null) report.ok(subject, 'can be imported');
    else report.problem(exitCodes.application, subject, `cannot be imported\n${failure}`);
  }
}

async function checkPython(subject: string, report: Report, find: () => FoundPython): Promise<string | null> {
  const found = attempt(exitCodes.application, subject, report, find);
  if (found === null) return null;
  const { path, reason } = found;
  const answer = await askPythonVersion(path);
  if ('reason' in answer) {
    report.problem(exitCodes.application, subject, `${path} (${reason}): ${answer.reason}`);
    return null;
  }
  if (!answer.isSupported) {
    const text = `${path} (${reason}) is Python ${answer.version}, and ${pythonVersionMin.join('.')} or later is needed`;
    report.problem(exitCodes.application, subject, text);
    return null;
  }
  report.ok(subject, `${path} (${reason}), Python ${answer.version}`);
  return path;
}
