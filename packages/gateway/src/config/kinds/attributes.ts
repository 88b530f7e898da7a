// Names of AJP request attributes.
import * as z from 'zod/mini';
import { textSchema, type Parsed, type ValueKind } from './kind.ts';

/** A list of request attributes that may become variables. */
export const attributeNames: ValueKind<readonly string[]> = {
  schema: z
    .array(textSchema(parseAttributeName, ['SSL_CLIENT_S_DN', 'WSGI_SCRIPT_NAME']))
    .check(z.minLength(1)),
  allowed:
    'a list of names of upper-case letters, digits and "_", such as ["SSL_CLIENT_S_DN", "WSGI_SCRIPT_NAME"]',
  placeholder: 'name',
  repeats: true,
  fromWords: (words) => [...words],
};

function parseAttributeName(name: string): Parsed<string> {
  if (name.startsWith('HTTP_')) return { reason: `${name} would pass for a header of the client` };
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) return { reason: `${JSON.stringify(name)} is not such a name` };
  return { value: name };
}
