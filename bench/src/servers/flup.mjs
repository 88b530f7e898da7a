// flup as its documentation shows it, forking.
import { pythonPackage, PEER_PYTHON } from '../stage/requirements.mjs';
import { APPS, moduleOf } from '../workloads/workload.mjs';

export const flup = pythonPackage('flup-py3', '1.0.3');

/**
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('../peers/peer.mjs').Setup} setup
 * @param {string} socketPath
 */
export function startFlup(stage, { workload, processes }, socketPath) {
  const script = stage.write(
    'serve.py',
    `import sys
sys.path.insert(0, ${JSON.stringify(APPS)})
from flup.server.fcgi_fork import WSGIServer
from ${moduleOf(workload)} import application
children = dict(minSpare=${processes}, maxSpare=${processes}, maxChildren=${processes}, maxRequests=10**9)
WSGIServer(application, bindAddress=${JSON.stringify(socketPath)}, **children).run()
`,
  );
  // Its parent process does not wake up for SIGTERM when no request comes.
  stage.spawn({
    name: 'flup',
    command: PEER_PYTHON,
    args: [script],
    roleOf: () => 'workers',
    ignoresTerm: true,
  });
}
