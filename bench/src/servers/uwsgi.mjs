// uWSGI as Debian packages it, a master and its workers.
import { join } from 'node:path';
import { program } from '../stage/requirements.mjs';
import { APPS } from '../workloads/workload.mjs';
import { QUEUE_LENGTH } from './queue-length.mjs';

export const uwsgi = program({
  name: 'uWSGI',
  command: 'uwsgi',
  args: ['--plugin', 'python3,http', '--version'],
  pattern: /^(\d\S*)$/m,
  debian: ['uwsgi-core', 'uwsgi-plugin-python3'],
});

const FIXED = ['--plugin', 'python3,http', '--master', '--need-app', '--die-on-term', '--disable-logging'];
// The router of --http is a process of its own; its title tells it from the workers.
const NAMED = ['--auto-procname'];
// The default of 4096 bytes refuses the workload with many variables.
const ROOMY = ['--buffer-size', '16384'];

/**
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('../peers/peer.mjs').Setup} setup
 * @param {readonly string[]} listen Command line options of the socket, and further ones.
 * @param {number} [queueLength] Requests that may wait in the kernel.
 */
export function startUwsgi(stage, { workload, processes, env }, listen, queueLength = QUEUE_LENGTH) {
  const args = [...FIXED, ...NAMED, ...ROOMY, '--listen', `${queueLength}`, '--processes', `${processes}`];
  if (workload.threads !== undefined) args.push('--threads', `${workload.threads}`);
  args.push('--wsgi-file', join(APPS, workload.application), ...listen);
  const roleOf = ({ command }) => (command.startsWith('uWSGI http') ? 'gateway' : 'workers');
  stage.spawn({ name: 'uwsgi', command: 'uwsgi', args, roleOf, env });
}
