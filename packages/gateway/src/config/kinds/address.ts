// Addresses of listeners: how they are written, and which of them only this machine can reach.
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import type { ListenAddress } from '../types.ts';
import { stringKind, type Parsed, type ValueKind } from './kind.ts';

const portMax = 65_535;

/** An address to listen on. A missing host, and `localhost`, mean 127.0.0.1: nobody else gets in by accident. */
export const listenAddress: ValueKind<ListenAddress> = stringKind(
  'address',
  'an address such as "unix:/run/app.sock", "127.0.0.1:9000", "[::1]:9000", "9000", "fd:3" or "systemd"',
  ['unix:/run/mysite/fastcgi.sock', '127.0.0.1:9000', '[::1]:9000', 'fd:0', 'systemd:web'],
  parseListenAddress,
);

/** Reads an address. Pure: a relative socket path stays relative. */
export function parseListenAddress(text: string): Parsed<ListenAddress> {
  if (text.includes('\0')) return { reason: 'it contains a NUL character' };
  if (text.includes('://')) return { reason: 'it is a URL; leave out the scheme' };
  if (text.startsWith('unix:')) return unixAddress(text.slice('unix:'.length));
  if (text.startsWith('/') || text.startsWith('./')) return unixAddress(text);
  if (text.startsWith('fd:')) return descriptorAddress(text.slice('fd:'.length));
  if (text === 'systemd') return { value: { kind: 'systemd', name: null } };
  if (text.startsWith('systemd:')) return systemdAddress(text.slice('systemd:'.length));
  return tcpAddress(text);
}

/** The notation {@link parseListenAddress} reads. */
export function formatListenAddress(address: ListenAddress): string {
  switch (address.kind) {
    case 'unix':
      return `unix:${address.path}`;
    case 'tcp':
      return formatHostPort(address.host, address.port);
    case 'descriptor':
      return `fd:${address.fd}`;
    case 'systemd':
      return address.name === null ? 'systemd' : `systemd:${address.name}`;
  }
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatHostPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Only processes of this machine can reach the host. A name other than `localhost` is taken to be reachable by others. */
export function isLoopbackHost(host: string): boolean {
  if (isIPv4(host)) return loopback.check(host, 'ipv4');
  if (isIPv6(host)) return loopback.check(host, 'ipv6');
  return host === 'localhost';
}

/** Reads the path of a Unix socket. */
export function unixAddress(path: string): Parsed<{ readonly kind: 'unix'; readonly path: string }> {
  if (path === '' || path.endsWith('/')) return { reason: 'the path does not name a file' };
  return { value: { kind: 'unix', path } };
}

function descriptorAddress(digits: string): Parsed<ListenAddress> {
  if (!/^\d{1,6}$/.test(digits)) return { reason: 'fd: is followed by the number of a descriptor' };
  const fd = Number(digits);
  if (fd === 1 || fd === 2) return { reason: `descriptor ${fd} is where output goes` };
  return { value: { kind: 'descriptor', fd } };
}

function systemdAddress(name: string): Parsed<ListenAddress> {
  if (name === '') return { reason: 'systemd: is followed by the name of a socket' };
  return { value: { kind: 'systemd', name } };
}

/** Reads a host and a port, or a port alone. */
export function tcpAddress(
  text: string,
): Parsed<{ readonly kind: 'tcp'; readonly host: string; readonly port: number }> {
  const match = /^(?:(?:\[([^\]]*)\]|([^:]*)):)?(\d{1,5})$/.exec(text);
  if (match === null) return { reason: isIP(text) ? 'the port is missing' : 'it is none of the known forms' };
  const [, bracketed, plain, digits] = match;
  const port = Number(digits);
  if (port > portMax) return { reason: `port ${port} is more than ${portMax}` };
  if (bracketed !== undefined) {
    return isIPv6(bracketed)
      ? { value: { kind: 'tcp', host: bracketed, port } }
      : { reason: 'the brackets do not hold an IPv6 address' };
  }
  const host = plain === undefined || plain === '' || plain === 'localhost' ? '127.0.0.1' : plain;
  if (host === '*')
    return { reason: `for every IPv4 address write 0.0.0.0:${port}, for IPv6 too [::]:${port}` };
  const looksNumeric = /^[\d.]+$/.test(host);
  if (looksNumeric ? !isIPv4(host) : !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host)) {
    return { reason: `${JSON.stringify(host)} is neither an IP address nor a host name` };
  }
  return { value: { kind: 'tcp', host, port } };
}
