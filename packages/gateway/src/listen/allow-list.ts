// Who may connect over TCP.
import { BlockList, isIPv4, type Server, type Socket } from 'node:net';

/** Whether the address, as a socket gives it, is in one of the networks. The networks have been checked. */
export function createAllowList(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    // A dual-stack socket shows IPv4 peers as ::ffff:a.b.c.d.
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
    return list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  };
}

/**
 * Lets only peers that `isAllowed` through to the connection handlers that `server` has at this moment; others are
 * disconnected before any of their bytes is read.
 */
export function guardServer(
  server: Server,
  isAllowed: (address: string) => boolean,
  onRefused: (peer: string) => void,
): void {
  const handlers = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const peer = socket.remoteAddress ?? '';
    if (peer !== '' && isAllowed(peer)) {
      for (const handler of handlers) handler.call(server, socket);
      return;
    }
    socket.destroy();
    onRefused(peer);
  });
}
