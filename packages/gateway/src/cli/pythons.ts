// The interpreters of the applications: found, and asked whether they can run workers.
import {
  applicationOf,
  attachedDescriptor,
  ConfigError,
  hasOwnApplication,
  poolsWithApplication,
  type FoundPython,
  type LoadedConfig,
} from '../config/index.ts';
import type { CliContext } from './context.ts';
import { findConfiguredPython, findPoolPython } from './load.ts';
import { askPythonVersion, pythonVersionMin } from './python-version.ts';

/** An interpreter that can run workers. */
export interface UsablePython extends FoundPython {
  readonly version: string;
}

/** Every interpreter that a gateway needs. */
export interface Pythons {
  /** That of `[app]`; null if no pool needs it. */
  readonly main: UsablePython | null;
  /** Those of pools that have another one, by the names of the pools. */
  readonly ofPools: ReadonlyMap<string, UsablePython>;
}

/** Finds them all and asks each for its version. Throws a `ConfigError` if one cannot run workers. */
export async function usablePythons(loaded: LoadedConfig, context: CliContext): Promise<Pythons> {
  const ofPools = new Map<string, UsablePython>();
  let isMainNeeded = false;
  for (const [name, pool] of poolsWithApplication(loaded.config)) {
    if (attachedDescriptor(applicationOf(loaded.config, pool).target) !== null) continue;
    const own = hasOwnApplication(pool) ? findPoolPython(name, pool, context) : null;
    if (own === null) isMainNeeded = true;
    else ofPools.set(name, await usable(own, `pool.${name}.python`, 'name another there'));
  }
  if (!isMainNeeded) return { main: null, ofPools };
  const found = findConfiguredPython(loaded, context);
  return { main: await usable(found, 'app.python', 'name another with --python'), ofPools };
}

async function usable(python: FoundPython, key: string, advice: string): Promise<UsablePython> {
  const answer = await askPythonVersion(python.path);
  if ('version' in answer && answer.isSupported) return { ...python, version: answer.version };
  const reason =
    'reason' in answer
      ? answer.reason
      : `it is Python ${answer.version}, and ${pythonVersionMin.join('.')} is needed`;
  const text = `${python.path}: ${reason}; ${advice}`;
  throw new ConfigError([{ source: { kind: 'default' }, key, text }]);
}
