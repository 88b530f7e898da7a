// [app]: the application.
import { environmentTable } from '../kinds/environment.ts';
import { rlimitSettings } from './rlimits.ts';
import { fileMode, integer, text, toggle } from '../kinds/scalar.ts';
import type { SettingsOf } from '../setting.ts';
import type { AppConfig } from '../types.ts';

/** The settings of `[app]`. */
export const appSettings: SettingsOf<AppConfig> = {
  target: {
    key: 'target',
    kind: text('target', 'module:callable, module:factory() or a file path', [
      'mysite.wsgi:application',
      'app.py',
    ]),
    fallback: {
      state: 'computed',
      prose: 'none, it has to be given unless every route leads to an upstream',
      compute: () => '',
    },
    flag: 'target',
    only: 'argument',
    prose:
      'The WSGI application: `module:callable`, `module:factory()` which is called once and returns it, or the path of a Python file with an optional `:callable` (default `application`, then `app`). `fd:N` is the application of the process that has started the gateway and is at the other end of descriptor N, as `sluice.serve` in Python does.',
  },
  directory: {
    key: 'directory',
    kind: text('path', 'the path of a directory', ['/srv/mysite']),
    fallback: { state: 'computed', prose: 'the current directory', compute: (context) => context.directory },
    flag: 'directory',
    prose:
      'The directory the application runs in and imports from. A relative path begins at the directory of the configuration file.',
  },
  python: {
    key: 'python',
    kind: text('path', 'the path or the name of a Python interpreter', ['.venv/bin/python', 'python3.12']),
    fallback: {
      state: 'none',
      prose: 'the active virtual environment, then `.venv` in the application directory, then `python3`',
    },
    flag: 'python',
    prose:
      'The interpreter of the workers, Python 3.9 or later. In the file a relative path begins at the application directory; a name without a slash is looked up in `PATH`.',
  },
  environment: {
    key: 'environment',
    kind: environmentTable,
    fallback: { state: 'value', toml: {} },
    flag: 'env',
    only: 'flag',
    prose: 'Environment variables of the workers, on top of those of the gateway.',
  },
  debug: {
    key: 'debug',
    kind: toggle,
    fallback: { state: 'value', toml: false },
    flag: 'debug',
    prose:
      'Show tracebacks in error pages. For development only: they tell strangers how the application works.',
  },
  user: {
    key: 'user',
    kind: text('user', 'the name or number of a user', ['www-data', '33']),
    fallback: { state: 'none', prose: 'whoever starts the gateway' },
    flag: 'user',
    prose:
      'The user that the gateway becomes when its sockets are open, with its supplementary groups; workers are never anybody else. Only root may change the user.',
  },
  group: {
    key: 'group',
    kind: text('group', 'the name or number of a group', ['www-data', '33']),
    fallback: { state: 'none', prose: 'the group of `user`' },
    flag: 'group',
    prose: 'The group to go with `user`, if it is not to be its own.',
  },
  umask: {
    key: 'umask',
    kind: fileMode,
    fallback: { state: 'none', prose: 'that of whoever starts the gateway' },
    flag: 'umask',
    prose: 'Permission bits that files of the application do not get, such as `"0027"`.',
  },
  gatewaysCount: {
    key: 'gateways',
    kind: integer(1, 64),
    fallback: { state: 'value', toml: 1 },
    flag: 'gateways',
    prose:
      'Gateway processes on the same sockets, for machines with more cores than one gateway can keep busy. Each has its share of the processes, queues and memory that are configured, and looks after its own: no request waits while a worker of its gateway is free, but one of another gateway may be. A pool needs at least one process for each. What `[limits]` says counts in each.',
  },
  ...rlimitSettings,
  isReloaded: {
    key: 'reload',
    kind: toggle,
    fallback: { state: 'value', toml: false },
    flag: 'reload',
    prose:
      'Load the code again when a Python file below the application directory changes. For development; virtual environments and hidden directories are not watched.',
  },
  mustLoad: {
    key: 'must_load',
    kind: toggle,
    fallback: { state: 'value', toml: false },
    flag: 'must-load',
    prose:
      'End with exit code 3 if the application, of any pool, cannot be loaded at the start. Otherwise the gateway listens, answers with 503, and tries again when a file changes.',
  },
};
