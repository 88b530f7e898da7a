// uWSGI options about the application, its interpreter and its files.
import { isAbsolute, join, resolve } from 'node:path';
import { differs, Left, lost, needless, same, type Row } from '../option.ts';
import { octalOf, size, switchOf, text, textOf, turnedOn, wholeOf } from '../values.ts';
import type { UwsgiFacts } from './facts.ts';

/** The application. */
export const appRows: readonly Row<UwsgiFacts>[] = [
  same(['module', 'wsgi'], '`app.target`', (option, facts) => {
    facts.module = { value: textOf(option), option };
  }),
  same(['wsgi-file', 'file'], '`app.target`', (option, facts) => {
    facts.file = { value: textOf(option), option };
  }),
  same('callable', '`app.target`, behind the colon', (option, facts) => {
    facts.callable = { value: textOf(option), option };
  }),
  differs(
    'mount',
    '`[[route]]` with `mount`, and a pool; `mount` of the listeners if it is the only one',
    'every application has processes of its own',
    (option, facts) => {
      const [, path = '', app = ''] = /^([^=]*)=(.+)$/.exec(textOf(option)) ?? [];
      if (!path.startsWith('/') || app === '')
        throw new Left('lost', 'only a mount such as /path=module is known; write a [[route]] with host');
      facts.mounts.push({ value: { path, app }, option });
    },
  ),
  lost('worker-mount', 'write a [[route]] with mount, and a pool with a target'),
  needless(['manage-script-name', 'ignore-script-name'], '`mount` always sets SCRIPT_NAME'),
  same(['chdir', 'chdir2'], '`app.directory`', text('app', 'directory')),
  differs(
    ['home', 'virtualenv', 'venv', 'pyhome'],
    '`app.python`',
    'the gateway starts the interpreter that is there, instead of the one uWSGI was built with',
    (option, { draft }) => draft.at('app').set('python', join(textOf(option), 'bin/python'), option),
  ),
  differs(
    ['pythonpath', 'python-path', 'pp'],
    '`app.environment.PYTHONPATH`',
    'processes that the application starts get it too',
    (option, facts) => {
      const path = textOf(option);
      if (/[*?[]/.test(path)) throw new Left('lost', 'patterns are not possible; name the directories');
      facts.pythonPaths.push({ value: isAbsolute(path) ? path : resolve(facts.directory, path), option });
    },
  ),
  same('env', '`app.environment`', (option, { draft }) => {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(textOf(option)) ?? [];
    if (name === '') throw new Left('lost', 'it is not of the form NAME=value');
    draft.at('app').put('environment', name, value, option);
  }),
  lost('unenv', 'start the gateway without that variable'),
  lost(['envdir', 'early-envdir'], 'write the variables into app.environment'),
  same('uid', '`app.user`', text('app', 'user')),
  same('gid', '`app.group`', text('app', 'group')),
  same('umask', '`app.umask`', (option, { draft }) => draft.at('app').set('umask', octalOf(option), option)),
  same('limit-as', '`app.rlimits.as`', size('app', 'rlimits.as', 'MiB')),
  same('limit-nproc', '`app.rlimits.nproc`', (option, { draft }) =>
    draft.at('app').set('rlimits.nproc', wholeOf(option), option),
  ),
  same('max-fd', '`app.rlimits.nofile`', (option, { draft }) =>
    draft.at('app').set('rlimits.nofile', wholeOf(option), option),
  ),
  differs('catch-exceptions', '`app.debug`', 'for development only, here as there', turnedOn('app', 'debug')),
  differs(
    ['py-autoreload', 'py-auto-reload', 'python-autoreload', 'python-auto-reload'],
    '`app.reload`',
    'changes are noticed at once instead of every so many seconds, those below the application directory',
    (option, { draft }) => {
      if (wholeOf(option) === 0) throw new Left('needless', 'it is off');
      draft.at('app').set('reload', true, option);
    },
  ),
  needless('py-auto-reload-ignore', 'virtual environments and hidden directories are not watched'),
  same(['lazy-apps', 'lazy'], '`pool.default.preload = false`', (option, facts) => {
    facts.isLazy = switchOf(option);
    facts.draft.at('pool.default').set('preload', !facts.isLazy, option);
  }),
  lost(
    ['paste', 'ini-paste', 'ini-paste-logged', 'paste-name', 'paste-logger'],
    'write a module with application = paste.deploy.loadapp("config:/path/to/file.ini") and name it in app.target',
  ),
  lost(['eval', 'pecan', 'web3', 'pump', 'wsgi-lite', 'python-raw'], 'name a module or a file in app.target'),
  lost(
    [
      'import',
      'pyimport',
      'py-import',
      'python-import',
      'shared-import',
      'shared-pyimport',
      'shared-py-import',
      'shared-python-import',
      'python-worker-override',
    ],
    'import it in the module of the application',
  ),
  lost(
    [
      'pyargv',
      'py-programname',
      'py-program-name',
      'py-executable',
      'py-sys-executable',
      'optimize',
      'no-site',
    ],
    'set it in the application',
  ),
  lost(
    ['python', 'py', 'pyrun', 'pyshell', 'pyshell-oneshot', 'exception-handler', 'profiler'],
    'the uwsgi program runs it; do it in the application, or with the interpreter',
  ),
  lost(['reload-on-exception*'], 'an exception is an answer of 500, and the worker goes on'),
  lost(['pymodule-alias', 'post-pymodule-alias'], 'set sys.modules in the module of the application'),
  needless(
    ['plugin', 'plugins', 'need-plugin', 'need-plugins', 'plugin-dir', 'plugins-dir', 'early-python'],
    'there are no plugins; Python is always there',
  ),
  same('need-app', '`app.must_load`', turnedOn('app', 'must_load')),
  needless(
    ['enable-threads', 'single-interpreter', 'py-call-osafterfork', 'py-call-uwsgi-fork-hooks'],
    'always so',
  ),
  needless(
    ['wsgi-env-behavior', 'wsgi-env-behaviour', 'wsgi-strict', 'reload-os-env', 'wsgi-disable-file-wrapper'],
    'the environ is new for each request, as PEP 3333 has it',
  ),
  needless(
    ['wsgi-accept-buffer', 'wsgi-accept-buffers', 'start_response-nodelay'],
    'bytes only, as PEP 3333 has it',
  ),
  needless('py-tracebacker', 'the log shows the stacks of every request that takes too long'),
];
