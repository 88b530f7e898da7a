// How much memory each case takes, measured in a process whose young generation is so large that nothing is collected.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('allocation-child.mjs', import.meta.url));
const FLAGS = ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512'];

/**
 * Bytes taken for one unit of each case, by title.
 * @returns {Record<string, {ours: number, theirs?: number}>}
 */
export function measureAllocations() {
  const args = ['--no-warnings', ...FLAGS, SCRIPT];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${SCRIPT} failed\n${stderr}`);
  return JSON.parse(stdout);
}
