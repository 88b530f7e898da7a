// The bytes that the microbenchmarks work on.

/** How a socket would deliver them. */
const CHUNK_BYTES = 65_536;

/** The 23 variables of a small request, as nginx sends them. */
export const VARIABLES = [
  ['QUERY_STRING', 'page=2&sort=name'],
  ['REQUEST_METHOD', 'GET'],
  ['CONTENT_TYPE', ''],
  ['CONTENT_LENGTH', ''],
  ['SCRIPT_NAME', '/items'],
  ['REQUEST_URI', '/items?page=2&sort=name'],
  ['DOCUMENT_URI', '/items'],
  ['DOCUMENT_ROOT', '/usr/share/nginx/html'],
  ['SERVER_PROTOCOL', 'HTTP/1.1'],
  ['REQUEST_SCHEME', 'http'],
  ['GATEWAY_INTERFACE', 'CGI/1.1'],
  ['SERVER_SOFTWARE', 'nginx/1.22.1'],
  ['REMOTE_ADDR', '192.0.2.7'],
  ['REMOTE_PORT', '50712'],
  ['SERVER_ADDR', '192.0.2.1'],
  ['SERVER_PORT', '80'],
  ['SERVER_NAME', 'www.example.org'],
  ['REDIRECT_STATUS', '200'],
  ['HTTP_HOST', 'www.example.org'],
  ['HTTP_USER_AGENT', 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'],
  ['HTTP_ACCEPT', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ['HTTP_ACCEPT_LANGUAGE', 'en-US,en;q=0.5'],
  ['HTTP_COOKIE', 'session=0123456789abcdef0123456789abcdef'],
];

/** Bytes as a socket delivers them. @param {Buffer} bytes */
export function inChunks(bytes) {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) chunks.push(bytes.subarray(at, at + CHUNK_BYTES));
  return chunks;
}
