// php-fpm: not Python, but the other program that stands behind fastcgi_pass, and a measure for what is usual there.
import { program } from '../stage/requirements.mjs';
import { QUEUE_LENGTH } from './queue-length.mjs';

const COMMAND = 'php-fpm8.2';

export const phpFpm = program({
  name: 'PHP',
  command: COMMAND,
  args: ['-v'],
  pattern: /^PHP (\S+)/,
  debian: ['php-fpm'],
});

/**
 * Starts a fixed number of processes and returns the path of a script that gives the workload's answer.
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('../peers/peer.mjs').Setup} setup
 * @param {string} socketPath
 */
export function startPhpFpm(stage, { workload, processes }, socketPath) {
  const answer = workload.answer.toString('latin1');
  const script = stage.write(
    'answer.php',
    `<?php header('Content-Type: text/plain'); header('Content-Length: ${answer.length}'); echo ${JSON.stringify(answer)};\n`,
  );
  const isRoot = process.getuid() === 0;
  const config = stage.write(
    'php-fpm.conf',
    `[global]
error_log = ${stage.path('php-fpm-error.log')}
daemonize = no
[www]
${isRoot ? 'user = root\ngroup = root' : ''}
listen = ${socketPath}
listen.backlog = ${QUEUE_LENGTH}
pm = static
pm.max_children = ${processes}
`,
  );
  const args = ['--nodaemonize', '--fpm-config', config, ...(isRoot ? ['--allow-to-run-as-root'] : [])];
  stage.spawn({ name: 'php-fpm', command: COMMAND, args, roleOf: () => 'workers' });
  return script;
}
