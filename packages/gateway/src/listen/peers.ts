// Who is at the other end of each connection: what the socket says, or what a PROXY header has said instead.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Peer } from '../exchange/peer.ts';

/** Both ends of a connection, without what is spoken on it. */
export type Ends = Omit<Peer, 'tls'>;

/** Ends that are not those of the socket. Forgotten with the socket. */
const told = new WeakMap<Socket, Ends>();

/** Notes what a PROXY header says of a connection, or what is known of the connection below an encrypted one. */
export function tellEnds(socket: Socket, ends: Ends): void {
  told.set(socket, ends);
}

/** The ends of a connection, whoever told them. */
export function endsOf(socket: Socket): Ends {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  return (
    told.get(socket) ?? {
      address: plainAddress(remoteAddress),
      port: String(remotePort ?? ''),
      localAddress: plainAddress(localAddress),
      localPort: String(localPort ?? ''),
    }
  );
}

/** The peer of a connection whose first request has come. */
export function peerOf(socket: Socket): Peer {
  if (!(socket instanceof TLSSocket)) return { ...endsOf(socket), tls: null };
  const protocol = socket.getProtocol() ?? '';
  return { ...endsOf(socket), tls: { protocol, cipher: socket.getCipher().name } };
}

/** An IPv4 address that a dual-stack socket shows as IPv6 comes out as IPv4. A Unix socket has none: empty. */
function plainAddress(address: string | undefined): string {
  return address?.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '') ?? '';
}
