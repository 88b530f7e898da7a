// Makes the CGI variables of an HTTP request (RFC 3875 section 4.1). Pure but for reading the socket's addresses.

import type { IncomingMessage } from 'node:http';
import { Variables } from '../exchange/variables.ts';
import { addHeader } from './header-variables.ts';

/** The variables of a request. Headers that occur more than once are joined; unsafe names are left out. */
export function httpVariables(request: IncomingMessage): Variables {
  const { socket, method = 'GET', url = '/' } = request;
  const isSecure = 'encrypted' in socket;
  const query = url.indexOf('?');
  const variables = new Map<string, string>([
    ['REQUEST_METHOD', method],
    ['REQUEST_URI', url],
    ['QUERY_STRING', query < 0 ? '' : url.slice(query + 1)],
    ['SERVER_PROTOCOL', `HTTP/${request.httpVersion}`],
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['SERVER_SOFTWARE', 'sluice'],
    ['REQUEST_SCHEME', isSecure ? 'https' : 'http'],
    ['REMOTE_ADDR', plainAddress(socket.remoteAddress)],
    ['REMOTE_PORT', String(socket.remotePort ?? '')],
    ['SERVER_ADDR', plainAddress(socket.localAddress)],
    ['SERVER_NAME', serverName(request)],
    ['SERVER_PORT', String(socket.localPort ?? (isSecure ? 443 : 80))],
  ]);
  if (isSecure) variables.set('HTTPS', 'on');
  const { rawHeaders } = request;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    addHeader(variables, rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  }
  return Variables.from(variables);
}

/** The host the client named, without its port; else the address it reached. */
function serverName(request: IncomingMessage): string {
  const host = request.headers.host ?? '';
  const name = host.replace(/:\d*$/, '');
  return name || plainAddress(request.socket.localAddress) || 'localhost';
}

/** An IPv4 address that a dual-stack socket shows as IPv6 comes out as IPv4. A Unix socket has none: empty. */
function plainAddress(address: string | undefined): string {
  return address?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '') ?? '';
}
