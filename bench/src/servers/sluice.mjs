// The gateway of this repository, as `pnpm build` left it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PYTHON } from '../stage/requirements.mjs';
import { APPS, moduleOf } from '../workloads/workload.mjs';
import { QUEUE_LENGTH } from './queue-length.mjs';

/** What `bin/sluice` has Node run, for those that start Node themselves. */
export const SCRIPT = fileURLToPath(new URL('../../../packages/gateway/bin/sluice.js', import.meta.url));

const GATEWAY = fileURLToPath(new URL('../../../packages/gateway/', import.meta.url));

/** As patient as its peers, which have no limit. */
const LONG_QUEUE = ['--queue-length', `${QUEUE_LENGTH}`, '--queue-timeout', '60s'];

/** @type {import('../stage/requirements.mjs').Requirement} */
export const sluice = {
  name: 'Sluice',
  install: 'pnpm build',
  version() {
    if (!existsSync(`${GATEWAY}dist/bundle/main.js`)) return undefined;
    return JSON.parse(readFileSync(`${GATEWAY}package.json`, 'utf8')).version;
  },
};

/**
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('../peers/peer.mjs').Setup} setup
 * @param {readonly string[]} listen Command line options of the listener.
 * @param {readonly string[]} [further] Further command line options.
 */
export function startSluice(stage, setup, listen, further = LONG_QUEUE) {
  spawnGateway(stage, sluiceArguments(setup, listen, further), setup);
}

/**
 * The arguments of `sluice` for a workload.
 * @param {{workload: import('../workloads/workload.mjs').Workload, processes: number, python?: string}} setup
 * @param {readonly string[]} listen @param {readonly string[]} [further] As for `startSluice`.
 */
export function sluiceArguments({ workload, processes, python = PYTHON }, listen, further = LONG_QUEUE) {
  const { target, directory } = application(workload);
  const args = ['serve', target, '--directory', directory, '--python', python];
  const size = ['--processes', `${processes}`, '--threads', `${workload.threads ?? 1}`];
  return [...args, ...size, '--log-format', 'json', ...further, ...listen];
}

/**
 * Starts it with a configuration file.
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('../peers/peer.mjs').Setup} setup
 * @param {readonly string[]} lines What stands behind `[app]`.
 */
export function startSluiceWith(stage, setup, lines) {
  const { workload } = setup;
  const app = Object.entries(application(workload)).map(
    ([key, value]) => `${key} = ${JSON.stringify(value)}`,
  );
  const config = stage.write('sluice.toml', `[app]\n${[...app, ...lines].join('\n')}\n`);
  spawnGateway(stage, ['serve', '--config', config, '--log-format', 'json'], setup);
}

function application(workload) {
  return { target: `${moduleOf(workload)}:application`, directory: APPS, python: PYTHON };
}

function spawnGateway(stage, args, { gateway = GATEWAY, env }) {
  // One of several gateways is a process below the first.
  const isGateway = ({ isRoot, command }) => isRoot || command.includes('gateway-process');
  const roleOf = (facts) => (isGateway(facts) ? 'gateway' : 'workers');
  stage.spawn({ name: 'sluice', command: join(gateway, 'bin/sluice'), args, roleOf, env });
}
