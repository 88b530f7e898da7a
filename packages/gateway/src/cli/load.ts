// From a command line to a configuration.
import { accessSync, constants, existsSync, lstatSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  findPython,
  loadConfig,
  type FoundPython,
  type LoadedConfig,
  type PoolConfig,
} from '../config/index.ts';
import type { FlagValues } from '../config/overrides.ts';
import type { CliContext } from './context.ts';

/** The file that is read when none is named. */
const defaultFile = 'sluice.toml';

/** A configuration and the file it was read from. */
export interface CommandConfig extends LoadedConfig {
  /** As it was named; null if there is none. */
  readonly file: string | null;
}

/** The file a command reads, as it was named; null for none. The default one is for whoever names no application. */
export function findConfigFile(
  target: string | undefined,
  flags: FlagValues,
  { environment, directory }: CliContext,
): string | null {
  const named = flags['config'] ?? environment['SLUICE_CONFIG'];
  if (typeof named === 'string' && named !== '') return named;
  const isTargetNamed = target !== undefined || environment['SLUICE_TARGET'] !== undefined;
  return !isTargetNamed && existsSync(resolve(directory, defaultFile)) ? defaultFile : null;
}

/** Loads the configuration of a command. Throws `ConfigError`. */
export function loadCommandConfig(
  target: string | undefined,
  flags: FlagValues,
  context: CliContext,
): CommandConfig {
  const { environment, directory, coresCount } = context;
  const file = findConfigFile(target, flags, context);
  return { ...loadConfig({ file, environment, flags: { ...flags, target }, directory, coresCount }), file };
}

/** Finds the interpreter of a configuration. Throws `ConfigError`. */
export function findConfiguredPython({ config }: LoadedConfig, { environment }: CliContext): FoundPython {
  const { python: configured, directory } = config.app;
  return findPython({ configured, directory, environment, isExecutable, isThere });
}

/**
 * Finds the interpreter of a pool with an application of its own; null if it is that of `[app]`. Throws `ConfigError`.
 */
export function findPoolPython(
  name: string,
  { python, directory }: PoolConfig,
  { environment }: CliContext,
): FoundPython | null {
  const setting = `pool.${name}.python`;
  if (python !== null) {
    return findPython({
      configured: python,
      directory: directory ?? '/',
      environment,
      isExecutable,
      isThere,
      setting,
    });
  }
  const own = directory === null ? null : join(directory, '.venv/bin/python');
  return own !== null && isExecutable(own)
    ? { path: own, reason: `of .venv in the directory of pool ${name}` }
    : null;
}

/** Whether the path is a file this process may execute. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether there is anything at the path, be it a link to nothing. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
