// Loading configurations from texts, for the tests in this folder.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type ConfigOrigin, type LoadedConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problems.ts';

export interface Inputs {
  readonly toml?: string;
  readonly environment?: ConfigOrigin['environment'];
  readonly flags?: ConfigOrigin['flags'];
}

/** Loads with the file in a directory of its own, `/current` as current directory, and 4 cores. */
export function load({
  toml,
  environment = {},
  flags = {},
}: Inputs): LoadedConfig & { readonly fileDirectory: string } {
  const fileDirectory = mkdtempSync(join(tmpdir(), 'sluice-config-'));
  try {
    const file = toml === undefined ? null : join(fileDirectory, 'sluice.toml');
    if (file !== null) writeFileSync(file, toml ?? '');
    return {
      ...loadConfig({ file, environment, flags, directory: '/current', coresCount: 4 }),
      fileDirectory,
    };
  } finally {
    rmSync(fileDirectory, { recursive: true });
  }
}

/** The problems of a configuration, one line each, without the directory of the file. */
export function problemsOf(inputs: Inputs): string[] {
  try {
    load(inputs);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').map((line) => line.replace(/^\/.*?\/(?=sluice\.toml)/, ''));
  }
}
