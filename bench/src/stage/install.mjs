// `pnpm bench --install`: what the peers need, from Debian and from PyPI.
import { existsSync } from 'node:fs';
import { step } from '../../../tools/setup/steps.mjs';
import { aptCommand, PEER_ENVIRONMENT, PEER_PYTHON, PYTHON } from './requirements.mjs';

/** Debian's own interpreter makes no virtual environment without it. */
const VENV = 'python3-venv';

/**
 * Installs what is missing: packages of Debian where that is possible (Debian, as root), those of PyPI into the
 * environment of the peers. What cannot be installed is said, with the command that does it; its peers are left out.
 * @param {readonly import('./requirements.mjs').Requirement[]} requirements
 */
export async function installRequirements(requirements) {
  const missing = [...new Set(requirements)].filter((requirement) => !isThere(requirement));
  const python = missing.flatMap(({ pypi }) => pypi ?? []);
  const debian = missing.flatMap((requirement) => requirement.debian ?? []);
  await installDebian([...new Set([...debian, ...(python.length > 0 ? [VENV] : [])])]);
  if (python.length > 0) await installPython(python);
  const left = missing.filter((requirement) => !isThere(requirement));
  for (const { name, install } of left) console.log(`still missing: ${name}: ${install}`);
  if (left.length === 0) console.log('Everything that the peers need is there.');
}

/** Of PyPI exactly the wanted version counts. */
function isThere({ pypi, version }) {
  const found = version();
  return found !== undefined && (pypi === undefined || pypi.endsWith(`==${found}`));
}

async function installDebian(packages) {
  if (packages.length === 0) return;
  if (!existsSync('/etc/debian_version') || process.getuid() !== 0) {
    console.log(`Not root on Debian, so this is up to you: ${aptCommand(packages)}`);
    return;
  }
  // RUNLEVEL keeps the packages from starting their services; the benchmarks start their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await step('looking for packages (apt-get update)', 'apt-get', ['update', '-q'], { env });
  const install = ['install', '-q', '-y', '--no-install-recommends', ...packages];
  await step(`from Debian: ${packages.join(' ')}`, 'apt-get', install, { env });
}

/** One after another: where one does not build, the others are wanted all the same. */
async function installPython(packages) {
  if (!existsSync(PEER_PYTHON)) {
    await step('a virtual environment', PYTHON, ['-m', 'venv', PEER_ENVIRONMENT]);
  }
  for (const each of packages) {
    await step(`from PyPI: ${each}`, PEER_PYTHON, ['-m', 'pip', 'install', '-q', each]);
  }
}
