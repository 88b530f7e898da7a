// Makes the CGI variables of an HTTP request (RFC 3875 section 4.1). Pure.

import type { IncomingMessage } from 'node:http';
import type { Peer } from '../exchange/peer.ts';
import { Variables } from '../exchange/variables.ts';
import { applyForwarding, isForwarding, type Forwarding } from './forwarding.ts';
import { addHeader, isSafeName, mistakenVariable } from './header-variables.ts';

/** The variables of a request, and what there is to say about its headers. */
export interface HttpVariables {
  readonly variables: Variables;
  /** Why the request must be refused; null if it is fine. */
  readonly problem: string | null;
  /** Names of headers that were left out because they could pass for others. */
  readonly unsafe: readonly string[];
  /** Lower-case names of forwarding headers that were left out because nobody believes them. */
  readonly unbelieved: readonly string[];
}

const NONE: readonly string[] = [];

/** Headers that occur more than once are joined; unsafe names, and what proxies say that are not trusted, are left out. */
export function httpVariables(request: IncomingMessage, peer: Peer, forwarding: Forwarding): HttpVariables {
  const { method = 'GET', url = '/', rawHeaders } = request;
  const isSecure = peer.tls !== null;
  const query = url.indexOf('?');
  const variables = new Map<string, string>([
    ['REQUEST_METHOD', method],
    ['REQUEST_URI', url],
    ['QUERY_STRING', query < 0 ? '' : url.slice(query + 1)],
    ['SERVER_PROTOCOL', `HTTP/${request.httpVersion}`],
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['SERVER_SOFTWARE', 'sluice'],
    ['REQUEST_SCHEME', isSecure ? 'https' : 'http'],
    ['REMOTE_ADDR', peer.address],
    ['REMOTE_PORT', peer.port],
    ['SERVER_ADDR', peer.localAddress],
    ['SERVER_NAME', serverName(request.headers.host ?? '', peer)],
    ['SERVER_PORT', peer.localPort || (isSecure ? '443' : '80')],
  ]);
  if (peer.tls !== null) {
    variables.set('HTTPS', 'on');
    variables.set('SSL_PROTOCOL', peer.tls.protocol);
    variables.set('SSL_CIPHER', peer.tls.cipher);
  }
  let unsafe: string[] | null = null;
  let isForwarded = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const variable = addHeader(variables, name, rawHeaders[at + 1] ?? '');
    if (variable === '' && !isSafeName(name)) (unsafe ??= []).push(name);
    else if (isForwarding(variable)) isForwarded = true;
  }
  const mistaken = unsafe?.find((name) => variables.has(mistakenVariable(name)));
  const { problem, removed } = isForwarded
    ? applyForwarding(variables, peer.address, forwarding)
    : { problem: null, removed: NONE };
  return {
    variables: Variables.from(variables),
    problem:
      mistaken === undefined ? problem : `the header ${JSON.stringify(mistaken)} passes for another one`,
    unsafe: unsafe ?? NONE,
    unbelieved: removed,
  };
}

/** The host the client named, without its port; else the address it reached. */
function serverName(host: string, peer: Peer): string {
  return host.replace(/:\d*$/, '') || peer.localAddress || 'localhost';
}
