// [reply] and [[static]]: directories and what belongs to them, from the file and from flags.
import { describe, expect, it } from '@jest/globals';
import { directoryTable } from '../../src/config/kinds/directories.ts';
import { load, problemsOf } from './support.ts';

const read = (value: unknown): boolean => directoryTable.schema.safeParse(value).success;

describe('a table of directories', () => {
  it('is written as a table, or as words with an equals sign', () => {
    expect(directoryTable.fromWords(['/a/=/srv/a', '/b/=c=d'])).toEqual({ '/a/': '/srv/a', '/b/': 'c=d' });
    expect(read({ '/': '/srv', '/a/b/': 'files' })).toBe(true);
  });

  it.each(['a/', '/a', '', '/a//', '/a?/', '//'])(
    'refuses %p as a URL path: it would match too much',
    (path) => {
      expect(read({ [path]: '/srv' })).toBe(false);
    },
  );

  it.each(['', 'a\0b'])('refuses %p as a directory', (directory) => {
    expect(read({ '/a/': directory })).toBe(false);
  });

  it('refuses a word without an equals sign', () => {
    expect(read(directoryTable.fromWords(['/a/']))).toBe(false);
  });
});

const APP = '[app]\ntarget = "app:application"\n';

describe('[reply]', () => {
  it('has directories that begin at the directory of the file, or at the current one for a flag', () => {
    const toml = `${APP}[reply]\nsendfile = "serve"\nsendfile_directories = { "/a/" = "files/" }\n`;
    const { config, fileDirectory } = load({ toml });
    expect(config.reply.sendfileDirectories).toEqual({ '/a/': `${fileDirectory}/files` });
    const byFlag = load({ flags: { target: 'app:application', 'sendfile-directory': ['/b/=files'] } });
    expect(byFlag.config.reply.sendfileDirectories).toEqual({ '/b/': '/current/files' });
  });
});

describe('[[static]]', () => {
  const files = (path: string, more: string = ''): string =>
    `[[static]]\npath = "${path}"\ndirectory = "public"\n${more}`;

  it('begins at the directory of the file', () => {
    const { config, fileDirectory } = load({ toml: APP + files('/static/', 'cache_control = "no-cache"\n') });
    expect(config.static).toEqual([
      {
        path: '/static/',
        directory: `${fileDirectory}/public`,
        index: null,
        cacheControl: 'no-cache',
        isPrecompressed: true,
      },
    ]);
  });

  it('shares no path with another one or a route', () => {
    const route = '[[route]]\npath = "/b/"\nto = "pool:default"\n';
    const problems = problemsOf({ toml: APP + route + files('/a/') + files('/b/') + files('/a/') });
    expect(problems).toEqual([
      expect.stringContaining('static[1].path: the same as route[0].path'),
      expect.stringContaining('static[2].path: the same as static[0].path'),
    ]);
  });

  it.each([
    ['index', 'docs/index.html'],
    ['index', '.hidden'],
    ['index', ''],
    ['cache_control', 'a\\r\\nSet-Cookie: b'],
    ['cache_control', ' '],
  ])('refuses %s = %j', (key, value) => {
    expect(problemsOf({ toml: APP + files('/a/', `${key} = "${value}"\n`) })).toHaveLength(1);
  });
});
