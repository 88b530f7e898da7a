// Writing a FORWARD_REQUEST, the way every known container reads it.
import { PACKET_SIZE_DEFAULT, ToContainer } from './constants.ts';
import { Attribute, METHODS, METHOD_IS_STORED, REQUEST_HEADERS } from './coded-names.ts';
import { AjpError } from './errors.ts';
import type { ForwardRequest } from './forward-request.ts';
import { isToken } from './header-list.ts';
import { PacketWriter } from './packet-encoder.ts';

/** A request to send: method and URI, and whatever else is known. What is left out goes as absent or empty. */
export type ForwardRequestInit = Pick<ForwardRequest, 'method' | 'uri'> & Partial<ForwardRequest>;

// Holds a browser's request without growing, and comes out of Node's buffer pool.
const SIZE_EXPECTED = 1024;

/**
 * The FORWARD_REQUEST packet, header included. Methods and header names with a code go as the code, any other
 * method as stored_method; `protocol` defaults to HTTP/1.1, `serverPort` to 80 (443 when secure).
 * Throws AJP_HEAD_TOO_LARGE if it does not fit `packetSize` bytes (default 8192): a request is one packet, nothing
 * is cut. Throws AJP_INVALID_HEADER for text that cannot be sent.
 */
export function encodeForwardRequest(
  request: ForwardRequestInit,
  packetSize: number = PACKET_SIZE_DEFAULT,
): Buffer {
  if (!isToken(request.method)) throw new AjpError('AJP_INVALID_HEADER', 'the method is not a token');
  if (request.uri === '') throw new AjpError('AJP_INVALID_HEADER', 'the URI is empty');
  const writer = new PacketWriter('toContainer', packetSize, SIZE_EXPECTED);
  const secure = request.secure ?? false;
  const methodCode = METHODS.codeOf(request.method);
  writer.byte(ToContainer.FORWARD_REQUEST);
  writer.byte(methodCode ?? METHOD_IS_STORED);
  writer.string(request.protocol ?? 'HTTP/1.1');
  writer.string(request.uri);
  writer.string(request.remoteAddress ?? '');
  writer.string(request.remoteHost ?? null);
  writer.string(request.serverName ?? '');
  writer.integer(request.serverPort ?? (secure ? 443 : 80));
  writer.byte(secure ? 1 : 0);
  writer.headers(request.headers ?? [], REQUEST_HEADERS);
  writeAttributes(writer, request, methodCode === undefined);
  writer.byte(Attribute.END);
  return writer.finish();
}

// The order is mod_jk's: the secret first, so that a container can refuse before reading on.
function writeAttributes(writer: PacketWriter, request: ForwardRequestInit, storeMethod: boolean): void {
  const optional = (code: number, value: string | null | undefined): void => {
    if (value === null || value === undefined) return;
    writer.byte(code);
    if (code === Attribute.SSL_CERTIFICATE) writer.text(value);
    else writer.string(value);
  };
  optional(Attribute.SECRET, request.secret);
  optional(Attribute.CONTEXT, request.context);
  optional(Attribute.SERVLET_PATH, request.servletPath);
  optional(Attribute.REMOTE_USER, request.remoteUser);
  optional(Attribute.AUTH_TYPE, request.authType);
  optional(Attribute.QUERY_STRING, request.queryString);
  optional(Attribute.ROUTE, request.route);
  optional(Attribute.SSL_CERTIFICATE, request.sslCertificate);
  optional(Attribute.SSL_CIPHER, request.sslCipher);
  optional(Attribute.SSL_SESSION, request.sslSession);
  if (request.sslKeySize !== null && request.sslKeySize !== undefined) {
    writer.byte(Attribute.SSL_KEY_SIZE);
    writer.integer(request.sslKeySize);
  }
  if (storeMethod) optional(Attribute.STORED_METHOD, request.method);
  for (const [name, value] of request.attributes ?? []) {
    if (name === '') throw new AjpError('AJP_INVALID_HEADER', 'a request attribute has no name');
    writer.byte(Attribute.REQUEST_ATTRIBUTE);
    writer.string(name);
    writer.text(value);
  }
}
