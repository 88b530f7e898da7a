// From a command line to a configuration.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { findPython, loadConfig, type FoundPython, type LoadedConfig } from '../config/index.ts';
import type { FlagValues } from '../config/overrides.ts';
import type { CliContext } from './context.ts';

/** The file that is read when none is named. */
const defaultFile = 'sluice.toml';

/** A configuration and the file it was read from. */
export interface CommandConfig extends LoadedConfig {
  /** As it was named; null if there is none. */
  readonly file: string | null;
}

/** Loads the configuration of a command. Throws `ConfigError`. */
export function loadCommandConfig(
  target: string | undefined,
  flags: FlagValues,
  { environment, directory, coresCount }: CliContext,
): CommandConfig {
  const named = flags['config'] ?? environment['SLUICE_CONFIG'];
  const isTargetNamed = target !== undefined || environment['SLUICE_TARGET'] !== undefined;
  const hasDefault = !isTargetNamed && existsSync(resolve(directory, defaultFile));
  const file = typeof named === 'string' && named !== '' ? named : hasDefault ? defaultFile : null;
  return { ...loadConfig({ file, environment, flags: { ...flags, target }, directory, coresCount }), file };
}

/** Finds the interpreter of a configuration. Throws `ConfigError`. */
export function findConfiguredPython({ config }: LoadedConfig, { environment }: CliContext): FoundPython {
  const { python: configured, directory } = config.app;
  return findPython({ configured, directory, environment, isExecutable });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
