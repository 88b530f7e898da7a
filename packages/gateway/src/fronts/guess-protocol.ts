// Tells what is spoken to a listener of another protocol: the likeliest mistake of whoever sets up a web server.

/** How connections begin: in hexadecimal digits where they are not text. */
const SIGNS: readonly (readonly [encoding: 'hex' | 'latin1', sign: RegExp, name: string])[] = [
  ['latin1', /^PROXY /, 'the PROXY protocol'],
  ['hex', /^0d0a0d0a000d0a/, 'the PROXY protocol'],
  ['latin1', /^[A-Z]{3,16} [!-~]/, 'HTTP'],
  ['latin1', /^[1-9][0-9]{1,6}:CONTENT_/, 'SCGI'],
  ['hex', /^010[1-9ab]00/, 'FastCGI'],
  ['hex', /^1234/, 'AJP'],
  ['hex', /^1603/, 'TLS'],
  ['hex', /^00[0-9a-f]{4}00[0-9a-f]{2}00/, 'uwsgi'],
];

/** How many bytes are enough. */
const LOOK_BYTES = 24;

/** The protocol that bytes at the beginning of a connection look like, as a clause for a message; empty if like none. */
export function guessProtocol(bytes: Buffer): string {
  const found = SIGNS.find(([encoding, sign]) => sign.test(bytes.toString(encoding, 0, LOOK_BYTES)));
  return found ? `; it looks like ${found[2]}` : '';
}
