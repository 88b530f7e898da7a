// Makes the head of an AJP request out of CGI variables: the other way round as its front makes variables. Pure.

import type { ForwardRequestInit } from '@sluice/ajp';
import type { Variables } from '../../exchange/variables.ts';
import type { UpstreamRequest } from './protocol.ts';
import { isSecure, requestHeaders, requestTarget } from './request-target.ts';

/** What AJP has no field for goes as the request attributes that every web server sends and every container takes. */
const ATTRIBUTES: readonly (readonly [attribute: string, variable: string])[] = [
  ['AJP_REMOTE_PORT', 'REMOTE_PORT'],
  ['AJP_LOCAL_ADDR', 'SERVER_ADDR'],
  ['AJP_SSL_PROTOCOL', 'SSL_PROTOCOL'],
];

/** The head of a request, with the secret the container asks for. */
export function ajpRequest(
  { method, variables, body }: UpstreamRequest,
  secret: string | null,
): ForwardRequestInit {
  const { path, query } = requestTarget(variables);
  const size = body.sizeBytes;
  const framing =
    size === null ? (['transfer-encoding', 'chunked'] as const) : (['content-length', String(size)] as const);
  const remoteUser = textOf(variables, 'REMOTE_USER');
  return {
    method,
    uri: path,
    queryString: query,
    protocol: variables.get('SERVER_PROTOCOL') || 'HTTP/1.1',
    remoteAddress: variables.get('REMOTE_ADDR') ?? '',
    remoteHost: textOf(variables, 'REMOTE_HOST'),
    serverName: variables.get('SERVER_NAME') ?? '',
    serverPort: portOf(variables),
    secure: isSecure(variables),
    headers: [...requestHeaders(variables), framing],
    secret,
    remoteUser,
    authType: remoteUser === null ? null : textOf(variables, 'AUTH_TYPE'),
    route: textOf(variables, 'JVM_ROUTE'),
    sslCertificate: textOf(variables, 'SSL_CLIENT_CERT'),
    sslCipher: textOf(variables, 'SSL_CIPHER'),
    sslSession: textOf(variables, 'SSL_SESSION_ID'),
    sslKeySize: keySizeOf(variables),
    attributes: ATTRIBUTES.flatMap(([attribute, variable]) => {
      const value = textOf(variables, variable);
      return value === null ? [] : [[attribute, value] as const];
    }),
  };
}

function textOf(variables: Variables, name: string): string | null {
  return variables.get(name) || null;
}

function portOf(variables: Variables): number {
  const port = variables.get('SERVER_PORT') ?? '';
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port);
  return isSecure(variables) ? 443 : 80;
}

function keySizeOf(variables: Variables): number | null {
  const size = variables.get('SSL_CIPHER_USEKEYSIZE') ?? '';
  return /^\d{1,5}$/.test(size) && Number(size) <= 65_535 ? Number(size) : null;
}
