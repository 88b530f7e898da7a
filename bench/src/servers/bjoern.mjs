// bjoern, a server in C on libev: one process, no threads.
import { PEER_PYTHON, pythonPackage } from '../stage/requirements.mjs';
import { APPS, moduleOf } from '../workloads/workload.mjs';
import { QUEUE_LENGTH } from './queue-length.mjs';

export const bjoern = pythonPackage('bjoern', '3.2.2', ['gcc', 'libc6-dev', 'libev-dev', 'python3-dev']);

/**
 * Starts as many processes as wanted, which share the port.
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('../peers/peer.mjs').Setup} setup
 * @param {{host: string, port: number}} address
 */
export function startBjoern(stage, { workload, processes }, { host, port }) {
  const script = stage.write(
    'serve.py',
    `import sys
sys.path.insert(0, ${JSON.stringify(APPS)})
import bjoern
from ${moduleOf(workload)} import application
bjoern.run(application, ${JSON.stringify(host)}, ${port}, reuse_port=True, listen_backlog=${QUEUE_LENGTH})
`,
  );
  for (let index = 0; index < processes; index++) {
    const name = `bjoern-${index}`;
    stage.spawn({ name, command: PEER_PYTHON, args: [script], roleOf: () => 'workers' });
  }
}
