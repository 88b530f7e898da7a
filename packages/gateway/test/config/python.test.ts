import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/problems.ts';
import { findPython, type PythonSearch } from '../../src/config/python.ts';

function search(there: readonly string[], changes: Partial<PythonSearch> = {}): PythonSearch {
  return {
    configured: null,
    directory: '/srv/site',
    environment: { VIRTUAL_ENV: '/venv', PATH: '/usr/local/bin:/usr/bin' },
    isExecutable: (path) => there.includes(path),
    isThere: () => false,
    ...changes,
  };
}

const everywhere = [
  '/venv/bin/python',
  '/srv/site/.venv/bin/python',
  '/usr/local/bin/python3',
  '/usr/bin/python3',
];

describe('finding the interpreter', () => {
  it('goes from the active environment to that of the application to PATH', () => {
    for (const [index, path] of everywhere.entries()) {
      expect(findPython(search(everywhere.slice(index))).path).toBe(path);
    }
  });

  it('takes that of the Python package whose command was run before it looks elsewhere', () => {
    const environment = { SLUICE_DEFAULT_PYTHON: '/own/bin/python', VIRTUAL_ENV: '/venv' };
    expect(findPython(search(['/own/bin/python', ...everywhere], { environment })).path).toBe(
      '/own/bin/python',
    );
    expect(findPython(search(everywhere, { environment })).path).toBe('/venv/bin/python');
  });

  it('takes the one that was named, and no other', () => {
    expect(findPython(search(['/opt/python'], { configured: '/opt/python' })).path).toBe('/opt/python');
    expect(() => findPython(search(everywhere, { configured: '/opt/python' }))).toThrow('/opt/python');
  });

  it('looks a bare name up in PATH', () => {
    const found = findPython(search(['/usr/bin/python3.12'], { configured: 'python3.12' }));
    expect(found).toEqual({ path: '/usr/bin/python3.12', reason: 'named by app.python, found in PATH' });
  });

  it('says which virtual environment it has passed over, because nothing in it can be run', () => {
    const reason = (changes: Partial<PythonSearch>): string =>
      findPython(search(['/usr/bin/python3'], changes)).reason;
    const environment = { PATH: '/usr/bin' };
    expect(reason({ environment })).toBe('found in PATH');
    expect(reason({})).toMatch(/^found in PATH, because \/venv\/bin\/python cannot be run; /);
    expect(reason({ environment, isThere: (path) => path === '/srv/site/.venv' })).toBe(
      'found in PATH, because /srv/site/.venv/bin/python cannot be run; make that virtual environment again',
    );
  });

  it('lists everything it tried when there is none', () => {
    const attempt = (): unknown => findPython(search([]));
    expect(attempt).toThrow(ConfigError);
    for (const path of everywhere) expect(attempt).toThrow(path);
    expect(attempt).toThrow('--python');
  });

  it('never searches the current directory', () => {
    const environment = { PATH: ':.:bin:/usr/bin' };
    const tried: string[] = [];
    const isExecutable = (path: string): boolean => tried.push(path) < 0;
    expect(() => findPython(search([], { environment, isExecutable }))).toThrow();
    expect(tried).toEqual(['/srv/site/.venv/bin/python', '/usr/bin/python3']);
  });
});
