// The gateway of this repository, as `pnpm build` left it.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PYTHON } from '../stage/requirements.mjs';
import { APPS, moduleOf } from '../workloads/workload.mjs';
import { QUEUE_LENGTH } from './queue-length.mjs';

const GATEWAY = fileURLToPath(new URL('../../../packages/gateway/', import.meta.url));

/** @type {import('../stage/requirements.mjs').Requirement} */
export const sluice = {
  name: 'Sluice',
  install: 'pnpm build',
  version() {
    if (!existsSync(`${GATEWAY}dist/cli/main.js`)) return undefined;
    return JSON.parse(readFileSync(`${GATEWAY}package.json`, 'utf8')).version;
  },
};

/**
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('../peers/peer.mjs').Setup} setup
 * @param {readonly string[]} listen Command line options of the listener.
 */
export function startSluice(stage, { workload, processes }, listen) {
  const args = ['serve', `${moduleOf(workload)}:application`, '--directory', APPS, '--python', PYTHON];
  args.push(
    '--processes',
    `${processes}`,
    '--queue-length',
    `${QUEUE_LENGTH}`,
    '--log-format',
    'json',
    ...listen,
  );
  const roleOf = ({ isRoot }) => (isRoot ? 'gateway' : 'workers');
  stage.spawn({ name: 'sluice', command: `${GATEWAY}bin/sluice`, args, roleOf });
}
