// What static files need to be told: the name of a file, the value of a header.
import { stringKind, type ValueKind } from './kind.ts';

/** The name of a file in any directory, such as "index.html". */
export const fileName: ValueKind<string> = stringKind(
  'name',
  'the name of a file, such as "index.html"',
  ['index.html'],
  (text) =>
    /^[^./\p{Cc}][^/\p{Cc}]*$/u.test(text)
      ? { value: text }
      : { reason: 'it is empty, begins with ".", or contains "/" or control characters' },
);

/** The value of a response header. */
export const headerValue: ValueKind<string> = stringKind(
  'value',
  'the value of a header, such as "public, max-age=3600"',
  ['public, max-age=31536000, immutable'],
  (text) =>
    /^[!-~](?:[ -~]*[!-~])?$/.test(text) ? { value: text } : { reason: 'it cannot stand in a header' },
);
