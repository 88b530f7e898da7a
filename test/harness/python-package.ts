// The Python package as a user has it: built into a wheel, and installed into a virtual environment.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestBed } from './bed.ts';
import { COMMAND } from './gateway.ts';
import type { Part } from './require.ts';

const SOURCE = fileURLToPath(new URL('../../python/', import.meta.url));
/** Where `npm test` puts what builds packages, and PasteDeploy. */
const BUILDER = fileURLToPath(new URL('../../.cache/packaging/bin/python', import.meta.url));

/** What `buildWheel` needs. */
export const packagingPart: Part = { name: 'setuptools in .cache/packaging', isPresent: existsSync(BUILDER) };

/** Builds the wheel in the bed and returns its path. */
export function buildWheel(bed: TestBed): string {
  const source = bed.site.path('source');
  const isSource = (path: string): boolean => !/__pycache__|\.egg-info|\/(?:build|tests)$/.test(path);
  cpSync(SOURCE, source, { recursive: true, filter: isSource });
  const wheels = bed.site.makeDirectory('wheels');
  const words = ['wheel', '-q', '--no-index', '--no-deps', '--no-build-isolation', '-w', wheels, source];
  run(BUILDER, '-m', 'pip', ...words);
  const [wheel] = readdirSync(wheels);
  if (wheel === undefined) throw new Error('no wheel was built');
  return join(wheels, wheel);
}

/** A virtual environment in the bed. */
export function makeEnvironment(bed: TestBed, python: string, name: string): string {
  const directory = bed.site.path(name);
  run(python, '-m', 'venv', '--without-pip', directory);
  return directory;
}

/** Makes one and installs a wheel into it; returns its directory. */
export function installWheel(bed: TestBed, wheel: string, python: string, name: string): string {
  const directory = makeEnvironment(bed, python, name);
  const into = ['--python', join(directory, 'bin', 'python')];
  run(BUILDER, '-m', 'pip', ...into, 'install', '-q', '--no-index', '--no-deps', wheel);
  return directory;
}

/** Where PasteDeploy can be imported from. */
export function packagingPath(): string {
  return run(BUILDER, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))').trim();
}

/**
 * The environment of somebody who has the package in a virtual environment that is not active, and the gateway behind
 * it on PATH, where `npm install -g` puts it.
 */
export function environmentWith(
  bed: TestBed,
  virtual: string,
  more: NodeJS.ProcessEnv = {},
): NodeJS.ProcessEnv {
  const system = (process.env['PATH'] ?? '').split(delimiter);
  const path = [join(virtual, 'bin'), dirname(COMMAND), dirname(process.execPath), ...system];
  return { PATH: path.join(delimiter), HOME: bed.site.directory, ...more };
}

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}${error?.message ?? ''}`);
}
