// FCGI_WEB_SERVER_ADDRS: which web servers may connect (specification 3.2).
import type { Socket } from 'node:net';

/** Reads the variable's form, addresses separated by commas. Undefined, anybody may connect, when it is not set. */
export function parseWebServerAddresses(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  return text.split(',').map((address) => address.trim());
}

/** Whether the peer of a socket is in the list; with a list, a peer that is not on TCP never is. */
export function isAllowedPeer(socket: Socket, allowed: readonly string[] | undefined): boolean {
  if (allowed === undefined) return true;
  const address = socket.remoteAddress;
  if (address === undefined) return false;
  return allowed.includes(address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address);
}
