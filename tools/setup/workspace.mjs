// Installs and builds the JavaScript side. pnpm is fetched through npx, so that only Node has to be there before.
import { execFileSync } from 'node:child_process';
import { requiredStep, ROOT } from './steps.mjs';

const PNPM = 'pnpm@12.21.0';

/**
 * Installs what the lockfile names and builds every package. Returns the environment in which `pnpm` and what it
 * installed can be run: turbo, too, wants to find pnpm in PATH.
 */
export async function prepareWorkspace() {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', PATH: pathWithPnpm() };
  // Nobody is asked: `npm test` may run without a terminal, and a stale node_modules is replaced.
  const install = ['install', '--frozen-lockfile', '--config.confirm-modules-purge=false'];
  await requiredStep('installing', 'pnpm', install, { env });
  await requiredStep('building', 'pnpm', ['exec', 'turbo', 'run', 'build', '--ui=stream'], { env });
  return env;
}

// The first run downloads pnpm; later ones find it in the cache of npm. `--yes` because a user's npm may be set to ask.
function pathWithPnpm() {
  const script = `node -p "'PATH=' + process.env.PATH"`;
  const output = execFileSync('npx', ['--yes', `--package=${PNPM}`, '-c', script], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return /^PATH=(.*)$/m.exec(output)?.[1] ?? process.env.PATH;
}
