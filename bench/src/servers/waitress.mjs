// waitress: one process with four threads is all it offers.
import { PEER_PYTHON, pythonPackage } from '../stage/requirements.mjs';
import { APPS, moduleOf } from '../workloads/workload.mjs';

export const waitress = pythonPackage('waitress', '3.0.2');

/**
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('../peers/peer.mjs').Setup} setup
 * @param {string} address `HOST:PORT`
 */
export function startWaitress(stage, { workload }, address) {
  const script = stage.write(
    'serve.py',
    `import sys
sys.path.insert(0, ${JSON.stringify(APPS)})
from waitress import serve
from ${moduleOf(workload)} import application
serve(application, listen=${JSON.stringify(address)}, threads=${workload.threads ?? 4}, connection_limit=4096, _quiet=True)
`,
  );
  stage.spawn({ name: 'waitress', command: PEER_PYTHON, args: [script], roleOf: () => 'workers' });
}
