// Which Python interpreter the workers run. Finds a path; whether it is a Python that is new enough shows when it
// is started.
import { isAbsolute, join } from 'node:path';
import { ConfigError, type Problem } from './problems.ts';
import type { Environment } from './overrides.ts';

/** What finding an interpreter depends on. */
export interface PythonSearch {
  /** `app.python` of the configuration. */
  readonly configured: string | null;
  /** Which setting that is, for messages. Default `app.python`. */
  readonly setting?: string;
  /** `app.directory`, where a `.venv` may be. */
  readonly directory: string;
  readonly environment: Environment;
  /** Whether the path is a file this process may execute. */
  readonly isExecutable: (path: string) => boolean;
  /** Whether there is anything at the path, be it a link to nothing. */
  readonly isThere: (path: string) => boolean;
}

/** An interpreter and why it is this one. */
export interface FoundPython {
  /** Absolute. Symbolic links are kept: a virtual environment is known by the path its interpreter is started with. */
  readonly path: string;
  /** Completes "the interpreter ...". */
  readonly reason: string;
}

interface Candidate extends FoundPython {
  /** The user named it, so there is no going on to the next. */
  readonly isFinal: boolean;
  /** Whether somebody counts on it, so that it is told if it is of no use. */
  readonly isMissed?: () => boolean;
}

/** Finds the interpreter. Throws {@link ConfigError}, with everything that was tried, when there is none. */
export function findPython(search: PythonSearch): FoundPython {
  const tried: string[] = [];
  let lack = '';
  for (const { path, reason, isFinal, isMissed } of candidates(search)) {
    if (search.isExecutable(path)) return { path, reason: `${reason}${lack}` };
    tried.push(`${path} (${reason})`);
    if (lack === '' && isMissed?.() === true) {
      lack = `, because ${path} cannot be run; make that virtual environment again`;
    }
    if (isFinal) break;
  }
  throw new ConfigError([missingPython(search, tried)]);
}

function* candidates({
  configured,
  directory,
  environment,
  setting = 'app.python',
  isThere,
}: PythonSearch): Generator<Candidate> {
  if (configured !== null) {
    if (isAbsolute(configured)) yield { path: configured, reason: `named by ${setting}`, isFinal: true };
    else yield* fromSearchPath(configured, environment, `named by ${setting}, found in PATH`);
    return;
  }
  // Set by the command of the Python package, which may be installed in a virtual environment that is not active.
  const own = environment['SLUICE_DEFAULT_PYTHON'];
  if (own !== undefined && own !== '') {
    yield { path: own, reason: 'of the Python package that started it', isFinal: false };
  }
  const active = environment['VIRTUAL_ENV'];
  if (active !== undefined && active !== '') {
    yield {
      path: join(active, 'bin/python'),
      reason: 'of the active virtual environment',
      isFinal: false,
      isMissed: () => true,
    };
  }
  const virtual = join(directory, '.venv');
  yield {
    path: join(virtual, 'bin/python'),
    reason: 'of .venv in the application directory',
    isFinal: false,
    isMissed: () => isThere(virtual),
  };
  yield* fromSearchPath('python3', environment, 'found in PATH');
}

function* fromSearchPath(name: string, environment: Environment, reason: string): Generator<Candidate> {
  const directories = (environment['PATH'] ?? '').split(':').filter(isAbsolute);
  for (const directory of directories) yield { path: join(directory, name), reason, isFinal: false };
}

function missingPython(
  { configured, setting = 'app.python' }: PythonSearch,
  tried: readonly string[],
): Problem {
  const list = tried.length === 0 ? 'PATH is empty' : `tried ${tried.join(', ')}`;
  const what = configured === null ? 'no Python interpreter was found' : 'there is no such interpreter';
  return {
    source: { kind: 'default' },
    key: setting,
    text: `${what}: ${list}; name one with ${setting === 'app.python' ? '--python or ' : ''}${setting}`,
  };
}
