// [app]: the application.
import { environmentTable } from '../kinds/environment.ts';
import { text, toggle } from '../kinds/scalar.ts';
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
    fallback: { state: 'required' },
    flag: 'target',
    only: 'argument',
    prose:
      'The WSGI application: `module:callable`, `module:factory()` which is called once and returns it, or the path of a Python file with an optional `:callable` (default `application`, then `app`).',
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
  isReloaded: {
    key: 'reload',
    kind: toggle,
    fallback: { state: 'value', toml: false },
    flag: 'reload',
    prose:
      'Load the code again when a Python file below the application directory changes. For development; virtual environments and hidden directories are not watched.',
  },
};
