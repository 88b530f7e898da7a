// Which compressed forms of a file a client accepts (RFC 9110 section 12.5.3), and what type the file has all the same.

import send from '@fastify/send';

/** A compressed form that may lie beside a file. */
export interface Encoding {
  /** In Content-Encoding. */
  readonly name: string;
  /** Of the file's name. */
  readonly suffix: string;
}

/** The smallest first. */
const ENCODINGS: readonly Encoding[] = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
];

/** The encodings that an Accept-Encoding names, and does not exclude by a weight of 0. */
export function acceptedEncodings(accept: string): readonly Encoding[] {
  const named = accept.toLowerCase().split(',').flatMap(nameIfWanted);
  return ENCODINGS.filter(({ name }) => named.includes(name));
}

/** The Content-Type of a file by the end of its name. */
export function contentTypeOf(path: string): string {
  const type = send.mime.getType(path) ?? 'application/octet-stream';
  return send.isUtf8MimeType(type) ? `${type}; charset=utf-8` : type;
}

function nameIfWanted(entry: string): readonly string[] {
  const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
  return parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter)) ? [] : [name];
}
