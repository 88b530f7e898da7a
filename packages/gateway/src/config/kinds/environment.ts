// Environment variables handed to the workers.
import * as z from 'zod/mini';
import type { ValueKind } from './kind.ts';

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A table of environment variables; on the command line `NAME=VALUE`, once for each. */
export const environmentTable: ValueKind<Readonly<Record<string, string>>> = {
  schema: z.record(
    z.string().check(z.regex(variableName, 'it is not the name of an environment variable')),
    z.string().check(z.refine((value) => !value.includes('\0'), 'it contains a NUL character')),
  ),
  allowed: 'names and texts, such as DJANGO_SETTINGS_MODULE = "mysite.settings"',
  placeholder: 'NAME=VALUE',
  repeats: true,
  fromWords: (words) => Object.fromEntries(words.map(splitAssignment)),
};

// Without "=" the name stays as it is and the value is missing, which the schema refuses.
function splitAssignment(word: string): [string, string | null] {
  const at = word.indexOf('=');
  return at < 0 ? [word, null] : [word.slice(0, at), word.slice(at + 1)];
}
