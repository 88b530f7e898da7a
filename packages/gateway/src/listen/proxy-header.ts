// Reads the header of the PROXY protocol, versions 1 and 2, as haproxy.org's proxy-protocol.txt has it. Pure.
import { isIPv4, isIPv6 } from 'node:net';
import type { Ends } from './peers.ts';

/** What the bytes received so far come to. */
export type ProxyHeader =
  | { readonly state: 'incomplete' }
  | { readonly state: 'malformed'; readonly reason: string }
  /** `ends` is null where the proxy speaks for itself or does not know: then those of the socket hold. */
  | { readonly state: 'complete'; readonly sizeBytes: number; readonly ends: Ends | null };

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const WORD = Buffer.from('PROXY ', 'latin1');
/** The longest line of version 1, line end included. */
const LINE_BYTES_MAX = 107;
const FIXED_BYTES = 16;
/** Addresses and extensions of version 2. The field could say 65535; certificates are the largest that is sent. */
const REST_BYTES_MAX = 16_384;

const INCOMPLETE: ProxyHeader = { state: 'incomplete' };

/** Reads what a connection began with. Bytes after the header belong to the protocol behind it. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (startsLike(bytes, WORD)) return bytes.length < WORD.length ? INCOMPLETE : readLine(bytes);
  if (startsLike(bytes, SIGNATURE)) return bytes.length < FIXED_BYTES ? INCOMPLETE : readBinary(bytes);
  return malformed('the connection does not begin with a PROXY header');
}

function readLine(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, LINE_BYTES_MAX).indexOf('\r\n');
  if (end < 0) {
    return bytes.length < LINE_BYTES_MAX
      ? INCOMPLETE
      : malformed(`the line of version 1 has more than ${LINE_BYTES_MAX} bytes`);
  }
  const [, family, source = '', destination = '', sourcePort = '', port = '', ...more] = bytes
    .toString('latin1', 0, end)
    .split(' ');
  const sizeBytes = end + 2;
  if (family === 'UNKNOWN') return { state: 'complete', sizeBytes, ends: null };
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isPlainIPv6 : null;
  if (isAddress === null) return malformed('the family of version 1 is not TCP4, TCP6 or UNKNOWN');
  if (!isAddress(source) || !isAddress(destination)) return malformed(`an address is not one of ${family}`);
  if (!isPort(sourcePort) || !isPort(port) || more.length > 0)
    return malformed('the ports are not two numbers');
  const ends = { address: source, port: sourcePort, localAddress: destination, localPort: port };
  return { state: 'complete', sizeBytes, ends };
}

function readBinary(bytes: Buffer): ProxyHeader {
  const [command = 0, family = 0] = bytes.subarray(12, 14);
  const restBytes = bytes.readUInt16BE(14);
  if (command >> 4 !== 2) return malformed(`version ${command >> 4} is not known`);
  const isLocal = command === 0x20;
  if (!isLocal && command !== 0x21) return malformed(`command ${command & 15} is not known`);
  const [addressBytes, isKnown] = FAMILIES.get(family) ?? [0, false];
  if (!isKnown && !isLocal) return malformed(`family 0x${family.toString(16)} is not one of streams`);
  if (restBytes > REST_BYTES_MAX)
    return malformed(`${restBytes} bytes follow, ${REST_BYTES_MAX} are allowed`);
  if (!isLocal && restBytes < addressBytes) return malformed('the addresses do not fit into the length');
  const sizeBytes = FIXED_BYTES + restBytes;
  if (bytes.length < sizeBytes) return INCOMPLETE;
  if (isLocal || family === UNSPECIFIED) return { state: 'complete', sizeBytes, ends: null };
  const rest = bytes.subarray(FIXED_BYTES, sizeBytes);
  if (!areExtensions(rest.subarray(addressBytes)))
    return malformed('an extension does not fit into the length');
  return { state: 'complete', sizeBytes, ends: readEnds(family, rest) };
}

const UNSPECIFIED = 0x00;
const TCP4 = 0x11;
const TCP6 = 0x21;
const UNIX_STREAM = 0x31;

/** Bytes of the addresses of each family that can be accepted. */
const FAMILIES: ReadonlyMap<number, readonly [addressBytes: number, isKnown: boolean]> = new Map([
  [UNSPECIFIED, [0, true]],
  [TCP4, [12, true]],
  [TCP6, [36, true]],
  [UNIX_STREAM, [216, true]],
]);

function readEnds(family: number, rest: Buffer): Ends {
  if (family === UNIX_STREAM) return { address: '', port: '', localAddress: '', localPort: '' };
  const bytes = family === TCP4 ? 4 : 16;
  const format = family === TCP4 ? formatIPv4 : formatIPv6;
  return {
    address: format(rest.subarray(0, bytes)),
    localAddress: format(rest.subarray(bytes, 2 * bytes)),
    port: String(rest.readUInt16BE(2 * bytes)),
    localPort: String(rest.readUInt16BE(2 * bytes + 2)),
  };
}

/** Type, length in two bytes, value, one after the other to the end. None of them is looked at. */
function areExtensions(bytes: Buffer): boolean {
  let at = 0;
  while (at + 3 <= bytes.length) at += 3 + bytes.readUInt16BE(at + 1);
  return at === bytes.length;
}

function formatIPv4(bytes: Buffer): string {
  return bytes.join('.');
}

/** As a socket would show it: the longest run of zeros left out, IPv4 in IPv6 as IPv4. */
function formatIPv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  const { hostname } = new URL(`http://[${groups.join(':')}]`);
  const mapped = bytes.subarray(0, 12).equals(MAPPED);
  return mapped ? formatIPv4(bytes.subarray(12)) : hostname.slice(1, -1);
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** Whether one is the beginning of the other. */
function startsLike(bytes: Buffer, wanted: Buffer): boolean {
  const size = Math.min(bytes.length, wanted.length);
  return bytes.compare(wanted, 0, size, 0, size) === 0;
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

function malformed(reason: string): ProxyHeader {
  return { state: 'malformed', reason };
}
