// Makes what a client asked for out of CGI variables again, for protocols that send requests and not variables. Pure.

import { HOP_BY_HOP } from '../../exchange/head.ts';
import type { Variables } from '../../exchange/variables.ts';

/** Fields that belong to one connection, or to how a body was sent (RFC 9110 section 7.6.1), and httpoxy. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...[...HOP_BY_HOP].map((name) => `HTTP_${name.toUpperCase().replaceAll('-', '_')}`),
  'HTTP_CONTENT_LENGTH',
  'HTTP_CONTENT_TYPE',
  'HTTP_EXPECT',
  'HTTP_PROXY',
]);

/** A request target, percent-encoded: it holds no byte that could end it. */
export interface RequestTarget {
  /** Begins with a slash, or is `*`. */
  readonly path: string;
  /** Without the question mark; null if there was none. */
  readonly query: string | null;
}

/**
 * The target as the client sent it, if the front knows it; else from SCRIPT_NAME, PATH_INFO and QUERY_STRING. What cannot
 * stand in one is encoded.
 */
export function requestTarget(variables: Variables): RequestTarget {
  const sent = (variables.get('REQUEST_URI') ?? '')
    .replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
    .replace(/#.*$/s, '');
  const [whole, path = '', query] = /^([^?]*)(?:\?(.*))?$/s.exec(sent) ?? [];
  if (whole !== undefined && (path.startsWith('/') || path === '*')) {
    return { path: encode(path), query: query === undefined ? null : encode(query) };
  }
  const decoded = `${variables.get('SCRIPT_NAME') ?? ''}${variables.get('PATH_INFO') ?? ''}`;
  const text = variables.get('QUERY_STRING') ?? '';
  const encoded = encode(decoded.replace(/[%?#]/g, percent));
  return {
    path: encoded.startsWith('/') ? encoded : `/${encoded}`,
    query: text === '' ? null : encode(text),
  };
}

/**
 * The headers of a request, with lower-case names; a front has made sure that no two names became the same variable.
 * Left out: those of one connection, and the length of the body, which follows from the body.
 */
export function requestHeaders(variables: Variables): [name: string, value: string][] {
  const headers: [string, string][] = [];
  for (const [name, value] of variables.entries()) {
    if (name === 'CONTENT_TYPE') {
      if (value !== '') headers.push(['content-type', value]);
    } else if (name.startsWith('HTTP_') && name.length > 5 && !LEFT_OUT.has(name)) {
      headers.push([name.slice(5).toLowerCase().replaceAll('_', '-'), value]);
    }
  }
  return headers;
}

/** Whether the client came by TLS, as far as the front knows. */
export function isSecure(variables: Variables): boolean {
  return /^(on|1)$/i.test(variables.get('HTTPS') ?? '') || variables.get('REQUEST_SCHEME') === 'https';
}

function encode(text: string): string {
  return text.replace(/[^!-~]|["<>\\^`{|}]/g, percent);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
