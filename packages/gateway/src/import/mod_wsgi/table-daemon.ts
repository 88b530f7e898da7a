// Options of WSGIDaemonProcess.
import { join } from 'node:path';
import { differs, Left, lost, needless, same, type Option, type Row } from '../option.ts';
import { inWords, octalOf, positiveOf, sizeOf, textOf } from '../values.ts';
import type { DaemonContext } from './facts.ts';

type Key = 'recycle.requests' | 'threads' | 'processes';

/** Options of a process group. */
export const daemonRows: readonly Row<DaemonContext>[] = [
  same('processes', '`processes`', number('processes')),
  same('threads', '`threads`', number('threads')),
  same('home', '`directory`', (option, { app }) => app.set('directory', textOf(option), option)),
  differs(
    'python-home',
    '`python`',
    'the gateway starts the interpreter that is there, instead of the one mod_wsgi was built with',
    (option, { app }) => app.set('python', join(textOf(option), 'bin/python'), option),
  ),
  differs(
    'python-path',
    '`environment.PYTHONPATH`',
    'processes that the application starts get it too',
    variable('PYTHONPATH'),
  ),
  same('lang', '`environment.LANG`', variable('LANG')),
  same('locale', '`environment.LC_ALL`', variable('LC_ALL')),
  same('python-eggs', '`environment.PYTHON_EGG_CACHE`', variable('PYTHON_EGG_CACHE')),
  same('user', '`app.user`', ofAll('user', userOf)),
  same('group', '`app.group`', ofAll('group', userOf)),
  same('umask', '`app.umask`', ofAll('umask', octalOf)),
  same(
    'cpu-time-limit',
    '`app.rlimits.cpu`',
    ofAll('rlimits.cpu', (option) => `${positiveOf(option)}s`),
  ),
  same(
    ['memory-limit', 'virtual-memory-limit'],
    '`app.rlimits.as`',
    ofAll('rlimits.as', (option) => sizeOf(positiveOf(option))),
  ),
  same('maximum-requests', '`recycle.requests`', number('recycle.requests')),
  same('restart-interval', '`recycle.age`', duration('recycle.age')),
  differs(
    'request-timeout',
    '`request_timeout`',
    'it holds for each request, whatever the threads; the client gets a 504, and the log the stacks of all threads',
    duration('request_timeout'),
  ),
  differs(
    'queue-timeout',
    '`queue.timeout`',
    'the client gets a 503 at that moment, not a 504',
    duration('queue.timeout'),
  ),
  differs(
    'deadlock-timeout',
    '`stuck_timeout`',
    'only a process that holds up other requests is killed; its stacks are in the log long before',
    duration('stuck_timeout'),
  ),
  same('startup-timeout', '`startup_timeout`', duration('startup_timeout')),
  differs(
    'shutdown-timeout',
    '`stop_timeout`',
    'it is for the end of the gateway; on reload requests of old processes have their request_timeout',
    duration('stop_timeout'),
  ),
  needless(
    ['graceful-timeout', 'eviction-timeout', 'interrupt-timeout'],
    'a new process is ready before an old one goes, and running requests are finished',
  ),
  needless(
    'inactivity-timeout',
    'with processes = { min, max } processes that are idle end after shrink_after',
  ),
  differs(
    'response-socket-timeout',
    '`limits.send_timeout`',
    'it is for Apache as the client',
    (option, { draft }) => draft.at('limits').set('send_timeout', `${positiveOf(option)}s`, option),
  ),
  differs(
    'response-buffer-size',
    '`reply.memory`',
    'what is more waits in a file, so that no thread waits',
    (option, { draft }) => draft.at('reply').set('memory', sizeOf(positiveOf(option)), option),
  ),
  differs(
    'listen-backlog',
    '`backlog` of `[[listen]]`',
    'requests wait in the queue, see queue.length',
    (option, { draft }) => {
      for (const listen of draft.lists.listen) listen.set('backlog', positiveOf(option), option);
    },
  ),
  needless(
    ['connect-timeout', 'socket-timeout'],
    'see timeout= of ProxyPass in what sluice config apache prints',
  ),
  needless(
    ['header-buffer-size', 'send-buffer-size', 'receive-buffer-size', 'response-flush-delay'],
    'the gateway sets its sockets itself, and sends what the application yields at once',
  ),
  needless(['display-name', 'server-metrics', 'socket-user'], 'sluice status shows every process'),
  needless('supplementary-groups', 'a user always gets all of its groups'),
  lost(['script-user', 'script-group'], 'see to the permissions of the script yourself'),
  lost('switch-interval', 'call sys.setswitchinterval in the module of the application'),
  lost('stack-size', 'call threading.stack_size in the module of the application'),
  lost(['chroot', 'cpu-priority'], 'use the unit that sluice config systemd prints'),
];

type Carry = (option: Option, context: DaemonContext) => void;

function number(key: Key): Carry {
  return (option, { pool }) => pool.set(key, positiveOf(option), option);
}

function duration(key: string): Carry {
  return (option, { pool }) => pool.set(key, `${positiveOf(option)}s`, option);
}

function variable(name: string): Carry {
  return (option, { app }) => app.put('environment', name, textOf(option), option);
}

/** A setting of `[app]`, which holds for all applications of a gateway. */
function ofAll(key: string, read: (option: Option) => string): Carry {
  return (option, { draft }) => {
    const value = read(option);
    const present = draft.at('app').get(key);
    if (present !== undefined && present !== value)
      throw new Left(
        'lost',
        `it is one for all applications of a gateway, here ${inWords(present as string)}`,
      );
    draft.at('app').set(key, value, option);
  };
}

function userOf(option: Option): string {
  return textOf(option).replace(/^#/, '');
}
