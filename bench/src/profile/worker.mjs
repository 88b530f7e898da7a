// One worker under cProfile; its lane runs in the main thread, which is the one that is seen.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SCRIPT, sluiceArguments } from '../servers/sluice.mjs';
import { PYTHON } from '../stage/requirements.mjs';

const LINES = 25;
const DEADLINE_MS = 20_000;
const POLL_MS = 50;

/**
 * Starts a gateway with one worker. The result is to be called when the load is over: it prints the profile.
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {{workload: import('../workloads/workload.mjs').Workload, address: string, output: string}} setup
 * @returns {() => Promise<void>}
 */
export function profileWorker(stage, { workload, address, output }) {
  const stats = stage.path('worker.prof');
  const wrapper = stage.write(
    'python',
    `#!/bin/sh
case "$1" in
  */__main__.py) exec ${PYTHON} -m cProfile -o ${stats} "$@" ;;
  *) exec ${PYTHON} "$@" ;;
esac
`,
  );
  chmodSync(wrapper, 0o755);
  const args = sluiceArguments({ workload, processes: 1, python: wrapper }, ['--http', address]);
  const roleOf = ({ isRoot }) => (isRoot ? 'gateway' : 'workers');
  stage.spawn({ name: 'sluice', command: process.execPath, args: [SCRIPT, ...args], roleOf });
  return async () => {
    const gateway = stage.processes().find(({ role }) => role === 'gateway');
    if (!gateway) throw new Error(`the gateway has ended\n${stage.output()}`);
    process.kill(gateway.pid, 'SIGTERM');
    const deadline = performance.now() + DEADLINE_MS;
    while (!stage.isBroken || !existsSync(stats)) {
      if (performance.now() > deadline) throw new Error(`no profile was written\n${stage.output()}`);
      await sleep(POLL_MS);
    }
    const print = `import pstats; pstats.Stats(${JSON.stringify(stats)}).sort_stats("tottime").print_stats(${LINES})`;
    const { stdout, stderr } = spawnSync(PYTHON, ['-c', print], { encoding: 'utf8' });
    console.log(stdout + stderr);
    spawnSync('cp', [stats, `${output}worker.prof`]);
  };
}
