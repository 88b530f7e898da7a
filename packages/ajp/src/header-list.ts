// Headers as an ordered list of pairs, and the rules their names and values obey in both directions.
import { AjpError } from './errors.ts';

/** One header: name and value, both latin-1 text. */
export type HeaderPair = readonly [name: string, value: string];

/** Headers in order, repeats kept; or a block of `Name: value CR LF` lines in latin-1, without an empty line. */
export type HeaderSource = readonly HeaderPair[] | Uint8Array;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const DIGITS = /^[0-9]+$/;

/** True if the text is an HTTP token (RFC 9110 section 5.6.2): a possible method or header name. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Brings either form of headers into a list. A line without a colon throws AJP_INVALID_HEADER; blanks around a
 * value are dropped, lines may end in LF alone.
 */
export function toHeaderList(source: HeaderSource): readonly HeaderPair[] {
  if (!(source instanceof Uint8Array)) return source;
  const text = Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString('latin1');
  const headers: HeaderPair[] = [];
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end);
    const colon = line.indexOf(':');
    if (colon < 1) throw new AjpError('AJP_INVALID_HEADER', `header line ${headers.length + 1} has no name`);
    headers.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
    start = end + 1;
  }
  return headers;
}

/** The content-length a header value states, or null if it is not one (RFC 9110 section 8.6: digits only). */
export function parseContentLength(value: string): number | null {
  return DIGITS.test(value) ? Number(value) : null;
}
