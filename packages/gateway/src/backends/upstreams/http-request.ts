// Makes the head of an HTTP request out of CGI variables. Pure.

import type { Variables } from '../../exchange/variables.ts';
import { UpstreamFailure } from './failure.ts';
import type { UpstreamRequest } from './protocol.ts';
import { isSecure, requestHeaders, requestTarget } from './request-target.ts';

/** What servers are told of the client. */
export interface HttpForwarding {
  /** Only what the gateway knows; the list that came, and that; or what came. */
  readonly mode: 'replace' | 'append' | 'pass';
  /** Lower-case names of the headers that `replace` removes. */
  readonly headers: readonly string[];
}

/** The head of a request, but for what frames its body. */
export interface HttpHead {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/**
 * The head of a request. The host stays the one the client named; headers of the client's connection are left out, also
 * those that its Connection header names. Throws an `UpstreamFailure` for what cannot be sent on.
 */
export function httpHead({ method, variables }: UpstreamRequest, forwarding: HttpForwarding): HttpHead {
  const { path, query } = requestTarget(variables);
  if (method === 'CONNECT' || !path.startsWith('/')) {
    const message = `${method} ${path} is for a server itself and cannot be sent on`;
    throw new UpstreamFailure('SLUICE_BAD_REQUEST', message, { isServerFault: false });
  }
  const dropped = new Set(connectionOptions(variables.get('HTTP_CONNECTION')));
  if (forwarding.mode === 'replace') for (const name of forwarding.headers) dropped.add(name);
  // Set below, or by the body there is.
  for (const name of ['host', 'content-length']) dropped.add(name);
  const host = hostOf(variables);
  const passed = requestHeaders(variables).filter(([name]) => !dropped.has(name));
  const headers: [string, string][] = [['host', host], ...passed];
  if (forwarding.mode !== 'pass') forwardClient(headers, variables, host);
  return { method, target: query === null ? path : `${path}?${query}`, headers };
}

/** Says who the client is. A list of addresses is continued; what else a client may have written is not believed. */
function forwardClient(headers: [string, string][], variables: Variables, host: string): void {
  const known = (name: string): number => headers.findIndex(([other]) => other === name);
  const set = (name: string, value: string): void => {
    const at = known(name);
    if (at < 0) headers.push([name, value]);
    else headers[at] = [name, value];
  };
  const before = headers[known('x-forwarded-for')]?.[1];
  const address = variables.get('REMOTE_ADDR') || 'unknown';
  set('x-forwarded-for', before === undefined ? address : `${before}, ${address}`);
  set('x-forwarded-proto', isSecure(variables) ? 'https' : 'http');
  set('x-forwarded-host', host);
}

function hostOf(variables: Variables): string {
  const host = variables.get('HTTP_HOST');
  if (host) return host;
  const name = variables.get('SERVER_NAME') || 'localhost';
  const port = variables.get('SERVER_PORT') ?? '';
  const isUsual = port === '' || port === (isSecure(variables) ? '443' : '80');
  return isUsual ? name : `${name}:${port}`;
}

/** The names in a Connection header, in lower case: they are of this connection only (RFC 9110 section 7.6.1). */
export function connectionOptions(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}
