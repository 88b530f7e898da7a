// A virtual environment with the newest Flask and Django from PyPI, kept in .cache/ for later runs.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, step } from './steps.mjs';

const DIRECTORY = join(ROOT, '.cache', 'frameworks');
const PYTHON = join(DIRECTORY, 'bin', 'python');

/** Makes the environment unless it is there. `pythons` is tried newest first, because the newest Django needs it. */
export async function installFrameworks(pythons) {
  if (existsSync(PYTHON)) return;
  for (const { name, path } of [...pythons].reverse()) {
    const made = await step(`a virtual environment (${name})`, path, ['-m', 'venv', DIRECTORY]);
    if (!made.succeeded) continue;
    const installed = await step('the newest Flask and Django', PYTHON, [
      '-m',
      'pip',
      'install',
      '-q',
      'flask',
      'django',
    ]);
    if (installed.succeeded) return;
    break;
  }
  // Half an environment would be taken for a whole one next time.
  rmSync(DIRECTORY, { recursive: true, force: true });
}
