// Virtual environments with packages of PyPI, kept in .cache/ for later runs: the newest Flask and Django, servers that the
// gateway is tried against, and what builds the Python package and reads PasteDeploy's .ini files.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, step } from './steps.mjs';

const ENVIRONMENTS = [
  { name: 'frameworks', packages: ['flask', 'django'] },
  { name: 'peers', packages: ['flup-py3==1.0.3', 'gunicorn==27.0.1'] },
  { name: 'packaging', packages: ['pip>=22.3', 'setuptools>=70.1', 'pastedeploy==3.1.0'] },
];

/** Makes the environments unless they are there. `pythons` is tried newest first, because the newest Django needs it. */
export async function installFrameworks(pythons) {
  for (const environment of ENVIRONMENTS) await install(environment, pythons);
}

async function install({ name, packages }, pythons) {
  const directory = join(ROOT, '.cache', name);
  const python = join(directory, 'bin', 'python');
  // Says what is in it, once all of it is.
  const label = join(directory, 'packages');
  const content = packages.join(' ');
  if (existsSync(label) && readFileSync(label, 'utf8') === content) return;
  rmSync(directory, { recursive: true, force: true });
  for (const { name: version, path } of [...pythons].reverse()) {
    const made = await step(`a virtual environment (${version})`, path, ['-m', 'venv', directory]);
    if (!made.succeeded) continue;
    const command = ['-m', 'pip', 'install', '-q', ...packages];
    const installed = await step(`${packages.join(', ')} from PyPI`, python, command);
    if (installed.succeeded) {
      writeFileSync(label, content);
      return;
    }
    break;
  }
  // Half an environment would be taken for a whole one.
  rmSync(directory, { recursive: true, force: true });
}
