// Imports a text as the command does, and loads what comes out, so that no test can pass with a file that is refused.
import { expect } from '@jest/globals';
import { join } from 'node:path';
import { loadConfig, type GatewayConfig } from '../../src/config/index.ts';
import { directoryWith, World } from '../cli/support.ts';

/** What an import came to. */
export interface Imported {
  readonly code: number;
  readonly toml: string;
  /** Lines of standard error. */
  readonly said: readonly string[];
  /** What the output means. */
  readonly config: GatewayConfig;
  /** Where the file was; absolute. */
  readonly directory: string;
}

/** Imports a file of this name. `words` are further words of the command line. */
export async function importText(name: string, text: string, ...words: string[]): Promise<Imported> {
  const { code, stdout, stderr, directory } = await runImport(name, text, ...words);
  expect([0, 7]).toContain(code);
  return {
    code,
    toml: stdout,
    said: stderr.split('\n').filter(Boolean),
    config: configOf(stdout),
    directory,
  };
}

/** Runs the command alone. */
export async function runImport(
  name: string,
  text: string,
  ...words: string[]
): Promise<{ code: number; stdout: string; stderr: string; directory: string }> {
  const [file = name] = name.split(':');
  const directory = directoryWith({ [file]: text });
  return { ...(await new World({ directory }).run('import', name, ...words)), directory };
}

/** Loads a configuration; the target may be missing, and so may certificates. */
function configOf(toml: string): GatewayConfig {
  const directory = directoryWith({ 'sluice.toml': toml.replaceAll(/^tls\..*$/gm, '') });
  const origin = { file: join(directory, 'sluice.toml'), environment: {}, directory, coresCount: 2 };
  const hasTarget = /^target = /m.test(toml);
  return loadConfig({ ...origin, flags: hasTarget ? {} : { target: 'any:thing' } }).config;
}
