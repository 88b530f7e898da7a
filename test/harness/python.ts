// Which Python interpreters there are, and what they can import.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findProgram } from './require.ts';

/** Where `npm test` puts the newest frameworks of PyPI. */
const FRAMEWORKS = fileURLToPath(new URL('../../.cache/frameworks/bin/python', import.meta.url));

/** The interpreter of the distribution, whose packages are the distribution's. */
const DISTRIBUTION = '/usr/bin/python3';

/** An interpreter with what a suite needs to import. */
export interface Interpreter {
  readonly name: string;
  readonly path: string;
}

/** The interpreter that suites use unless they say otherwise. Throws when there is none. */
export function defaultPython(): string {
  const found = [DISTRIBUTION, findProgram('python3')].find((path) => path !== undefined && canRun(path));
  if (found === undefined) throw new Error('no Python 3.9 or later found');
  return found;
}

/** Every interpreter that `npm test` has found, one for each version; without it, only the one of other suites. */
export function allPythons(): Interpreter[] {
  const listed = process.env['SLUICE_TEST_PYTHONS'];
  if (listed === undefined) return [{ name: 'Python', path: defaultPython() }];
  return listed.split(',').map((item) => {
    const [name = '', path = ''] = item.split('=');
    return { name, path };
  });
}

/** The interpreters that can import a framework: the distribution's, and the one with the newest release. */
export function frameworkPythons(module: string): Interpreter[] {
  return [
    { name: `${module} of the distribution`, path: DISTRIBUTION },
    { name: `newest ${module}`, path: FRAMEWORKS },
  ];
}

/** Whether an interpreter is there and can import a module. */
export function canImport(python: string, module: string): boolean {
  return existsSync(python) && spawnSync(python, ['-c', `import ${module}`]).status === 0;
}

// A shim may be there without a version behind it, so existence is not enough.
function canRun(path: string): boolean {
  return spawnSync(path, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0;
}
