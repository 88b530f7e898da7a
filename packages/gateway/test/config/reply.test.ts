// [reply]: directories by URL path, from the file and from flags.
import { describe, expect, it } from '@jest/globals';
import { directoryTable } from '../../src/config/kinds/directories.ts';

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
