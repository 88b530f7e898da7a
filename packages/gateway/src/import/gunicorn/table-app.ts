// Settings of gunicorn about the application, its processes and their lives.
import { isAbsolute, resolve } from 'node:path';
import { differs, Left, lost, needless, same, type Row } from '../option.ts';
import { count, inWords, positiveOf, seconds, switchOf, text, textOf, turnedOn, wholeOf } from '../values.ts';
import type { GunicornFacts } from './facts.ts';
import { listOf, octalOf, userOf } from './values.ts';

const pool = 'pool.default';

/** The application. */
export const appRows: readonly Row<GunicornFacts>[] = [
  same('wsgi_app', '`app.target`', (option, { draft }) => {
    const target = textOf(option);
    draft.at('app').set('target', target.includes(':') ? target : `${target}:application`, option);
  }),
  same('chdir', '`app.directory`', text('app', 'directory')),
  differs(
    'pythonpath',
    '`app.environment.PYTHONPATH`',
    'processes that the application starts get it too',
    (option, { draft, directory }) => {
      // Each is put before those that are there.
      const paths = textOf(option)
        .split(',')
        .map((path) => (isAbsolute(path) ? path : resolve(directory, path)))
        .toReversed();
      draft.at('app').put('environment', 'PYTHONPATH', paths.join(':'), option);
    },
  ),
  same('raw_env', '`app.environment`', (option, { draft }) => {
    for (const entry of listOf(option)) {
      const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(entry) ?? [];
      if (name === '') throw new Left('lost', `${inWords(entry)} is not of the form NAME=value`);
      draft.at('app').put('environment', name, value, option);
    }
  }),
  same('user', '`app.user`', (option, { draft }) => draft.at('app').set('user', userOf(option), option)),
  same('group', '`app.group`', (option, { draft }) => draft.at('app').set('group', userOf(option), option)),
  needless('initgroups', 'a user always gets all of its groups'),
  same('umask', '`app.umask`, and `mode` of `[[listen]]`', (option, facts) => {
    const value = octalOf(option);
    facts.umask = { value, option };
    facts.draft.at('app').set('umask', `0${value.toString(8).padStart(3, '0')}`, option);
  }),
  differs(
    'reload',
    '`app.reload`',
    'files below the application directory are watched, and a failure leaves the old code serving',
    turnedOn('app', 'reload'),
  ),
  needless('reload_engine', 'changes are noticed at once'),
  lost('reload_extra_files', 'only Python files below the application directory are watched'),
  lost(
    ['paste', 'raw_paste_global_conf'],
    'write a module with application = paste.deploy.loadapp("config:/path/to/file.ini") and name it in app.target',
  ),
  needless(['config', 'check_config', 'print_config'], 'sluice check looks at everything before a start'),
  lost('spew', 'use sys.settrace in the application'),
];

/** Processes and threads. */
export const poolRows: readonly Row<GunicornFacts>[] = [
  same('workers', '`pool.default.processes`', (option, facts) => {
    facts.draft.at(pool).set('processes', positiveOf(option), option);
    facts.hasWorkers = true;
  }),
  differs(
    'worker_class',
    '`pool.default.threads`',
    'workers run threads, one if nothing is said, which is both sync and gthread',
    (option) => {
      const name = textOf(option);
      if (/^(sync|gthread)$|(Sync|Thread)Worker$/.test(name))
        throw new Left(
          'needless',
          'workers run as many threads as threads says, which is both sync and gthread',
        );
      if (/uvicorn|asgi/i.test(name)) throw new Left('lost', 'Sluice serves WSGI applications, not ASGI');
      throw new Left(
        'lost',
        'Sluice runs threads; more threads and processes take the place of other workers',
      );
    },
  ),
  same('threads', '`pool.default.threads`', count(pool, 'threads')),
  needless(
    'worker_connections',
    'the gateway keeps connections, see limits.connections; how many requests wait is queue.length',
  ),
  same('max_requests', '`pool.default.recycle.requests`', count(pool, 'recycle.requests')),
  needless('max_requests_jitter', 'each process has a limit of its own, up to a tenth lower'),
  differs(
    'timeout',
    '`pool.default.request_timeout`',
    'every request is limited, in workers with threads too; the client gets a 504, and the log the stacks of all threads',
    (option, facts) => {
      facts.hasTimeout = true;
      if (wholeOf(option) === 0)
        throw new Left('lost', 'there is always a limit; set request_timeout to "24h" for next to none');
      facts.draft.at(pool).set('request_timeout', `${positiveOf(option)}s`, option);
    },
  ),
  differs(
    'graceful_timeout',
    '`pool.default.stop_timeout`',
    'it is for the end of the gateway; on reload requests of old processes have their request_timeout',
    seconds(pool, 'stop_timeout'),
  ),
  same('preload_app', '`pool.default.preload`', turnedOn(pool, 'preload')),
  needless('worker_tmp_dir', 'there is no heartbeat file; the gateway asks each worker over its socket'),
  lost('daemon', 'let systemd run it; sluice config systemd prints the unit'),
  same('pidfile', '`control.pid_file`', text('control', 'pid_file')),
  needless(['proc_name', 'default_proc_name'], 'sluice status shows every process'),
  needless(
    ['control_socket', 'control_socket_mode'],
    'sluice status, reload, scale, drain and stop talk to control.address, only for the same user',
  ),
  same('control_socket_disable', '`control.address = "off"`', (option, { draft }) => {
    if (!switchOf(option)) throw new Left('needless', 'it is off');
    draft.at('control').set('address', 'off', option);
  }),
  lost(['asgi_*', 'root_path', 'websocket_max_message_size'], 'Sluice serves WSGI applications, not ASGI'),
  lost('dirty_*', 'run such work as a service of its own'),
];

/** Functions that gunicorn calls. */
export const hookRows: readonly Row<GunicornFacts>[] = [
  lost(
    ['on_starting', 'when_ready', 'on_exit', 'pre_exec'],
    'use ExecStartPre, ExecStartPost and ExecStopPost in the unit that sluice config systemd prints',
  ),
  lost('on_reload', 'do it before sluice reload, or in ExecReload of the unit'),
  lost(
    ['post_fork', 'post_worker_init'],
    'do it where the module of the application is imported, which each worker does; with preload use os.register_at_fork there',
  ),
  lost('pre_fork', 'with preload use os.register_at_fork(before=...) in the module of the application'),
  lost(['worker_exit', 'worker_int', 'child_exit'], 'use atexit in the module of the application'),
  lost('worker_abort', 'the log shows the stacks of all threads of a worker whose request takes too long'),
  lost(['pre_request', 'post_request'], 'wrap the application in a WSGI middleware'),
  lost('nworkers_changed', 'the log has a line for each worker that starts or ends'),
  lost('ssl_context', 'see tls of [[listen]]; or let a web server do it'),
  lost('on_dirty_starting', 'run such work as a service of its own'),
];
