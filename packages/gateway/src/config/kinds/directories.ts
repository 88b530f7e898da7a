// Directories by the URL path they are known by.
import * as z from 'zod/mini';
import type { ValueKind } from './kind.ts';

/** A table of directories; on the command line `/URL/PATH/=DIRECTORY`, once for each. */
export const directoryTable: ValueKind<Readonly<Record<string, string>>> = {
  schema: z.record(
    z.string().check(z.regex(/^\/(?:[^/?#]+\/)*$/, 'it is not a URL path that begins and ends with "/"')),
    z.string().check(
      z.minLength(1, 'it is empty'),
      z.refine((value) => !value.includes('\0'), 'it contains a NUL character'),
    ),
  ),
  allowed:
    'URL paths that begin and end with "/", and a directory for each, such as "/protected/" = "/srv/files"',
  placeholder: '/PATH/=DIRECTORY',
  repeats: true,
  fromWords: (words) => Object.fromEntries(words.map(splitAssignment)),
};

// Without "=" the path stays as it is and the directory is missing, which the schema refuses.
function splitAssignment(word: string): [string, string | null] {
  const at = word.indexOf('=');
  return at < 0 ? [word, null] : [word.slice(0, at), word.slice(at + 1)];
}
