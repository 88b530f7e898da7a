// What a route may ask of a request besides its path: host names and methods.
import * as z from 'zod/mini';
import { textSchema, type Parsed, type ValueKind } from './kind.ts';

/** One host name or several; the first label may be `*`. In lower case, without a dot at the end. */
export const hostNames: ValueKind<readonly string[]> = oneOrMore(
  parseHost,
  'a host name or a list of them, such as "www.example.org" or ["example.org", "*.example.org"]',
  ['example.org', '*.example.org'],
  'host',
);

/** One method or several, in upper case. GET stands for HEAD, too. */
export const methodNames: ValueKind<readonly string[]> = oneOrMore(
  parseMethod,
  'a method or a list of them, such as ["POST", "PUT"]',
  ['POST', 'PUT'],
  'method',
);

function oneOrMore(
  parse: (text: string) => Parsed<string>,
  allowed: string,
  examples: readonly string[],
  placeholder: string,
): ValueKind<readonly string[]> {
  const one = textSchema(parse, examples);
  return {
    schema: z.union([
      z.pipe(
        one,
        z.transform((text) => [text]),
      ),
      z.array(one).check(z.minLength(1)),
    ]),
    allowed,
    placeholder,
    repeats: true,
    fromWords: (words) => [...words],
  };
}

function parseHost(text: string): Parsed<string> {
  const host = text.toLowerCase().replace(/\.$/, '');
  if (/:\d+$/.test(host)) return { reason: 'leave out the port: it is not looked at' };
  if (/^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(host) || /^\[[0-9a-f:.]+\]$/.test(host)) {
    return { value: host };
  }
  return {
    reason: `${JSON.stringify(text)} is no host name; "*" may only stand for what is in front of the first dot`,
  };
}

function parseMethod(text: string): Parsed<string> {
  if (/^[A-Z][A-Z-]*$/.test(text)) return { value: text };
  return { reason: `${JSON.stringify(text)} is no method in upper case` };
}
