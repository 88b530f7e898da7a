// Who may connect: addresses and CIDR blocks.
import { isIP, isIPv4 } from 'node:net';
import * as z from 'zod/mini';
import { textSchema, type Parsed, type ValueKind } from './kind.ts';

/** A list of addresses and CIDR blocks. */
export const networkList: ValueKind<readonly string[]> = {
  schema: z.array(textSchema(parseNetwork, ['10.0.0.0/8', '192.168.1.7', 'fd00::/8'])).check(z.minLength(1)),
  allowed: 'a list of addresses and CIDR blocks, such as ["10.0.0.0/8", "192.168.1.7"]',
  placeholder: 'network',
  repeats: true,
  fromWords: (words) => [...words],
};

/** Checks one address or CIDR block and gives it back unchanged. */
export function parseNetwork(text: string): Parsed<string> {
  const [address = '', prefix, ...rest] = text.split('/');
  if (isIP(address) === 0 || rest.length > 0) return { reason: 'it is not an IP address or CIDR block' };
  if (prefix === undefined) return { value: text };
  const bitsMax = isIPv4(address) ? 32 : 128;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bitsMax) {
    return { reason: `the prefix length is not a number from 0 to ${bitsMax}` };
  }
  return { value: text };
}
