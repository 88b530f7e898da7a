// Which headers a proxy forwards by, and which proxies are believed.
import * as z from 'zod/mini';
import { knownForwarding, usualForwarding } from '../forwarding-headers.ts';
import { parseNetwork } from './access.ts';
import { textSchema, type Parsed, type ValueKind } from './kind.ts';

/** Those of {@link knownForwarding} that are believed. */
export const forwardingHeaders: ValueKind<readonly string[]> = {
  schema: z.array(textSchema(parseHeader, usualForwarding)).check(z.minLength(1)),
  allowed: `a list of ${knownForwarding.join(', ')}`,
  placeholder: 'header',
  repeats: true,
  fromWords: (words) => [...words],
};

function parseHeader(text: string): Parsed<string> {
  const name = text.toLowerCase();
  return knownForwarding.includes(name)
    ? { value: name }
    : { reason: 'it is not a header that proxies forward by' };
}

/** A list of addresses, CIDR blocks, and `unix`. */
export const trustedPeers: ValueKind<readonly string[]> = {
  schema: z.array(textSchema(parsePeer, ['127.0.0.1', '10.0.0.0/8', 'unix'])).check(z.minLength(1)),
  allowed:
    'a list of addresses and CIDR blocks, such as ["127.0.0.1", "10.0.0.0/8"], or ["unix"] for Unix sockets',
  placeholder: 'network',
  repeats: true,
  fromWords: (words) => [...words],
};

function parsePeer(text: string): Parsed<string> {
  return text === 'unix' ? { value: text } : parseNetwork(text);
}
