// The gateway under clinic, which runs it as a child and makes a page of what it saw when it ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { SCRIPT, sluiceArguments } from '../servers/sluice.mjs';

const CLINIC = 'clinic@13.0.0';
const REPORT_DEADLINE_MS = 120_000;
const POLL_MS = 100;

/**
 * Starts it. The result is to be called when the load is over: it ends the gateway and waits for the page.
 * @param {'flame' | 'doctor'} tool
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {{workload: import('../workloads/workload.mjs').Workload, address: string, output: string}} setup
 * @returns {() => Promise<void>}
 */
export function profileGateway(tool, stage, { workload, address, output }) {
  const args = sluiceArguments({ workload, processes: 2 }, ['--http', address]);
  // Without this variable clinic asks whether it may report home, and ends where there is nobody to ask.
  const env = { NO_INSIGHT: '1', NO_UPDATE_NOTIFIER: '1' };
  const command = ['--yes', CLINIC, tool, '--open=false', '--dest', output, '--', process.execPath];
  const roleOf = ({ command: line }) => (line.includes(SCRIPT) ? 'gateway' : 'workers');
  stage.spawn({ name: 'clinic', command: 'npx', args: [...command, SCRIPT, ...args], env, roleOf });
  return async () => {
    const gateway = stage.processes().findLast(({ command: line }) => isGateway(line));
    if (!gateway) throw new Error(`the gateway has ended\n${stage.output()}`);
    process.kill(gateway.pid, 'SIGINT');
    const deadline = performance.now() + REPORT_DEADLINE_MS;
    while (!stage.isBroken) {
      if (performance.now() > deadline) throw new Error(`clinic made no page\n${stage.output()}`);
      await sleep(POLL_MS);
    }
    console.log(stage.output());
  };
}

/** Not clinic itself, whose command line holds that of the gateway. */
function isGateway(line) {
  return line.includes(SCRIPT) && !line.includes('clinic');
}
