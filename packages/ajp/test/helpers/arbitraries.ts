// Random requests and responses for property tests.
import fc from 'fast-check';
import { METHODS, REQUEST_HEADERS } from '../../src/coded-names.ts';
import type { ForwardRequest } from '../../src/forward-request.ts';
import type { HeaderPair } from '../../src/header-list.ts';
import type { ResponseHead } from '../../src/response-head.ts';

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789abcXYZ".split('');
const LATIN1 = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
const VALUE_CHARACTERS = LATIN1.filter((character) => !'\0\r\n'.includes(character));

const token = (): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...TOKEN_CHARACTERS), minLength: 1, maxLength: 20 });
const value = (): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...VALUE_CHARACTERS), maxLength: 60 });
const lines = (): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...VALUE_CHARACTERS, '\n', '\r'), maxLength: 60 });
const optional = (text: fc.Arbitrary<string>): fc.Arbitrary<string | null> => fc.option(text);
const codedName = fc.integer({ min: 1, max: 14 }).map((code) => REQUEST_HEADERS.nameOf(code) ?? '');

const headers = (names: fc.Arbitrary<string>): fc.Arbitrary<HeaderPair[]> =>
  fc.array(fc.tuple(names, value()), { maxLength: 12 });

/** Any request that fits a packet of 65536 bytes, with every field in use. */
export function aRequest(): fc.Arbitrary<ForwardRequest> {
  return fc.record({
    method: fc.oneof(
      fc.integer({ min: 1, max: 27 }).map((code) => METHODS.nameOf(code) ?? ''),
      token(),
    ),
    protocol: value(),
    uri: value().map((path) => `/${path}`),
    remoteAddress: value(),
    remoteHost: optional(value()),
    serverName: value(),
    serverPort: fc.nat(65535),
    secure: fc.boolean(),
    headers: headers(fc.oneof(codedName, token())),
    context: optional(value()),
    servletPath: optional(value()),
    remoteUser: optional(value()),
    authType: optional(value()),
    queryString: optional(value()),
    route: optional(value()),
    sslCertificate: optional(lines()),
    sslCipher: optional(value()),
    sslSession: optional(value()),
    sslKeySize: fc.option(fc.nat(65535)),
    secret: optional(value()),
    attributes: fc.array(
      fc.tuple(
        value().filter((name) => name !== ''),
        optional(lines()),
      ),
      { maxLength: 5 },
    ),
  });
}

/** Any response head that fits a packet of 65536 bytes. */
export function aResponseHead(): fc.Arbitrary<ResponseHead> {
  return fc.record({
    status: fc.integer({ min: 200, max: 999 }),
    reason: value(),
    headers: headers(fc.oneof(fc.constantFrom('Content-Type', 'SET-COOKIE', 'www-authenticate'), token())),
  });
}
