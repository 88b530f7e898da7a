// Makes the CGI variables of an AJP request (RFC 3875 section 4.1, and the names mod_ssl gave the rest). Pure.

import type { AttributePair, ForwardRequest } from '@sluice/ajp';
import { Variables } from '../exchange/variables.ts';
import { addHeader } from './header-variables.ts';

/** Request attributes that become variables. No key of WSGI (`wsgi.input`) and none of the gateway looks like that. */
const SAFE_ATTRIBUTE = /^(?!HTTP_)[A-Z][A-Z0-9_]*$/;

/** What every web server sends as a request attribute because AJP has no field for it, under its CGI name. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['AJP_REMOTE_PORT', 'REMOTE_PORT'],
  ['AJP_LOCAL_ADDR', 'SERVER_ADDR'],
  ['AJP_SSL_PROTOCOL', 'SSL_PROTOCOL'],
]);

/** Variables that come from fields and headers only. An attribute of that name would pass itself off as one. */
const OWN: ReadonlySet<string> = new Set([
  ...RENAMED.values(),
  'AUTH_TYPE',
  'CONTENT_LENGTH',
  'CONTENT_TYPE',
  'GATEWAY_INTERFACE',
  'HTTPS',
  'JVM_ROUTE',
  'PATH_INFO',
  'QUERY_STRING',
  'REMOTE_ADDR',
  'REMOTE_HOST',
  'REMOTE_USER',
  'REQUEST_METHOD',
  'REQUEST_SCHEME',
  'REQUEST_URI',
  'SCRIPT_NAME',
  'SERVER_NAME',
  'SERVER_PORT',
  'SERVER_PROTOCOL',
  'SERVER_SOFTWARE',
  'SSL_CIPHER',
  'SSL_CIPHER_USEKEYSIZE',
  'SSL_CLIENT_CERT',
  'SSL_SESSION_ID',
]);

/** The attribute that names the mount point of a request, as in flup and ajp-wsgi. */
const MOUNT_ATTRIBUTE = 'WSGI_SCRIPT_NAME';

/**
 * The variables of a request; its attributes have passed the connection's checks. Headers that occur more than once are
 * joined. Left out: headers with unsafe names, attributes whose name is no upper-case identifier, begins with `HTTP_`, or
 * is that of another variable made here.
 *
 * @param isPathDecoded the web server has percent-decoded the path, as lighttpd does
 */
export function ajpVariables(head: ForwardRequest, isPathDecoded: boolean): Variables {
  const variables = new Map<string, string>([
    ['REQUEST_METHOD', head.method],
    ['REQUEST_URI', requestUri(head, isPathDecoded)],
    ['QUERY_STRING', head.queryString ?? ''],
    ['SERVER_PROTOCOL', head.protocol || 'HTTP/1.0'],
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['SERVER_SOFTWARE', 'sluice'],
    ['REQUEST_SCHEME', head.secure ? 'https' : 'http'],
    ['REMOTE_ADDR', head.remoteAddress],
    ['SERVER_NAME', head.serverName || 'localhost'],
    ['SERVER_PORT', String(head.serverPort)],
  ]);
  if (head.secure) variables.set('HTTPS', 'on');
  addText(variables, 'REMOTE_HOST', head.remoteHost);
  addText(variables, 'REMOTE_USER', head.remoteUser);
  addText(variables, 'AUTH_TYPE', head.authType);
  addText(variables, 'JVM_ROUTE', head.route);
  addText(variables, 'SSL_CIPHER', head.sslCipher);
  addText(variables, 'SSL_CLIENT_CERT', head.sslCertificate);
  addText(variables, 'SSL_SESSION_ID', head.sslSession);
  if (head.sslKeySize !== null) variables.set('SSL_CIPHER_USEKEYSIZE', String(head.sslKeySize));
  for (const [name, value] of head.headers) addHeader(variables, name, value);
  for (const attribute of head.attributes) addAttribute(variables, attribute);
  return Variables.from(variables);
}

/** The mount point that the web server named for a request by an attribute, without a trailing slash; null for none. */
export function mountAttribute(variables: Variables): string | null {
  const mount = variables.get(MOUNT_ATTRIBUTE)?.replace(/\/+$/, '') ?? '';
  return mount.startsWith('/') ? mount : null;
}

function addText(variables: Map<string, string>, name: string, value: string | null): void {
  if (value !== null && value !== '') variables.set(name, value);
}

function addAttribute(variables: Map<string, string>, [name, value]: AttributePair): void {
  const variable = RENAMED.get(name);
  if (variable !== undefined) addText(variables, variable, value);
  else if (SAFE_ATTRIBUTE.test(name) && !OWN.has(name)) addText(variables, name, value);
}

/**
 * The request target, which AJP sends in two parts. What cannot stand in the path of one is encoded, so that nothing in
 * the path is taken for the query; a percent sign too where the path is decoded, so that it is not decoded twice.
 */
function requestUri({ uri, queryString }: ForwardRequest, isPathDecoded: boolean): string {
  const path = uri.replace(isPathDecoded ? /[^!-~]|[?#%]/g : /[^!-~]|[?#]/g, percentEncode);
  return queryString === null ? path : `${path}?${queryString}`;
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
