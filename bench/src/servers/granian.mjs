// granian, a server in Rust, in its WSGI mode.
import { PEER_PYTHON, pythonPackage } from '../stage/requirements.mjs';
import { APPS, moduleOf } from '../workloads/workload.mjs';
import { QUEUE_LENGTH } from './queue-length.mjs';

export const granian = pythonPackage('granian', '2.8.9');

/**
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('../peers/peer.mjs').Setup} setup
 * @param {readonly string[]} listen Command line options of the socket.
 */
export function startGranian(stage, { workload, processes }, listen) {
  const args = ['-m', 'granian', '--interface', 'wsgi', '--workers', `${processes}`, '--no-ws'];
  args.push('--backlog', `${QUEUE_LENGTH}`, '--blocking-threads', `${workload.threads ?? 1}`, '--no-log');
  args.push('--working-dir', APPS, ...listen, `${moduleOf(workload)}:application`);
  stage.spawn({ name: 'granian', command: PEER_PYTHON, args, roleOf: () => 'workers' });
}
