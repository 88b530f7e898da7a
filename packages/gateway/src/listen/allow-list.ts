// Who may connect over TCP.
import { BlockList, isIP, isIPv4 } from 'node:net';

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
    if (isIP(plain) === 0) return false;
    return list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  };
}

/** The same for a list that may hold `unix`: then an empty address, that of peers of a Unix socket, is in it too. */
export function createTrustList(peers: readonly string[]): (address: string) => boolean {
  const isInNetworks = createAllowList(peers.filter((peer) => peer !== 'unix'));
  const isUnixTrusted = peers.includes('unix');
  return (address) => (address === '' ? isUnixTrusted : isInNetworks(address));
}
