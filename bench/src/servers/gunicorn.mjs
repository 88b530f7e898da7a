// gunicorn, an arbiter and its workers.
import { pythonPackage, PEER_PYTHON } from '../stage/requirements.mjs';
import { APPS, moduleOf } from '../workloads/workload.mjs';

export const gunicorn = pythonPackage('gunicorn', '27.0.1');

/**
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('../peers/peer.mjs').Setup} setup
 * @param {{bind: string, workerClass: readonly string[]}} options
 */
export function startGunicorn(stage, { workload, processes, env }, { bind, workerClass }) {
  const threads =
    workload.threads !== undefined && workerClass === GTHREAD ? ['--threads', `${workload.threads}`] : [];
  const args = [
    '-m',
    'gunicorn',
    '--chdir',
    APPS,
    '--bind',
    bind,
    '--workers',
    `${processes}`,
    ...workerClass,
    ...threads,
  ];
  args.push('--no-control-socket', `${moduleOf(workload)}:application`);
  stage.spawn({ name: 'gunicorn', command: PEER_PYTHON, args, roleOf: () => 'workers', env });
}

/** One request at a time in each process. */
export const SYNC = ['--worker-class', 'sync'];

/** Four threads in each process, which is also what keeps client connections open. */
export const GTHREAD = ['--worker-class', 'gthread', '--threads', '4'];

/** The same with one thread, so that a process is a lane. */
export const GTHREAD_SINGLE = ['--worker-class', 'gthread', '--threads', '1'];
