// Opens one listener of the configuration on a server, whatever kind of address it has.
import type { DropArgument, Server } from 'node:net';
import { formatHostPort, formatListenAddress, isLoopbackHost } from '../config/kinds/address.ts';
import { believesAnybody, protocolNames } from '../config/protocols.ts';
import type { ListenConfig, ListenProtocol } from '../config/types.ts';
import { noActivation, pickActivated, type Activation } from './activation.ts';
import { createAllowList, guardServer } from './allow-list.ts';
import { ListenError } from './errors.ts';
import { listenOnDescriptor } from './inherited-socket.ts';
import { listenOnTcp } from './tcp-socket.ts';
import { listenOnUnixSocket } from './unix-socket.ts';

/** What opening a listener may need besides its configuration. */
export interface OpenOptions {
  /** Connections open at once; further ones are closed. Default: no limit. */
  readonly connectionsCount?: number;
  /** Sockets of socket activation. Default: none. */
  readonly activation?: Activation;
  /** A connection was closed because of `allow` or of the number of connections. */
  readonly onRefused?: (peer: string, reason: 'not allowed' | 'too many connections') => void;
}

/** A server that accepts connections. */
export interface Listener {
  readonly protocol: ListenProtocol;
  /** Where, in the notation of the configuration, with the port that was taken. */
  readonly address: string;
  /** To click on; null where a browser cannot go. */
  readonly url: string | null;
  /**
   * Accepts no more connections and removes the file of a Unix socket, if it is still ours. Open connections go on.
   * Use this instead of `server.close()`, which would remove any file that is there. A second call does nothing.
   */
  readonly close: () => void;
}

/**
 * Makes `server`, a `net.Server` or an `http.Server` with its connection handlers in place, listen as configured.
 * Rejects with {@link ListenError}; then nothing is left open or lying about.
 */
export async function openListener(
  listen: ListenConfig,
  server: Server,
  { connectionsCount, activation = noActivation, onRefused = () => {} }: OpenOptions = {},
): Promise<Listener> {
  if (connectionsCount !== undefined) server.maxConnections = connectionsCount;
  if (listen.allow !== null) {
    guardServer(server, createAllowList(listen.allow), (peer) => onRefused(peer, 'not allowed'));
  }
  server.on('drop', (dropped?: DropArgument) =>
    onRefused(dropped?.remoteAddress ?? '', 'too many connections'),
  );
  const close = await start(listen, server, activation);
  const bound = server.address();
  const hasPort = typeof bound === 'object' && bound !== null && bound.port !== undefined;
  if (hasPort && isUnguarded(listen, bound.address)) {
    close();
    const reason = unguardedReason(listen.protocol);
    throw new ListenError('SLUICE_LISTEN_UNGUARDED', formatListenAddress(listen.address), reason);
  }
  const address = hasPort ? formatHostPort(bound.address, bound.port) : formatListenAddress(listen.address);
  const url =
    hasPort && listen.protocol === 'http' ? formatUrl(bound.address, bound.port, listen.mount) : null;
  return { protocol: listen.protocol, address, url, close };
}

async function start(listen: ListenConfig, server: Server, activation: Activation): Promise<() => void> {
  const { address, backlogCount } = listen;
  const stop = (): void => {
    if (server.listening) server.close();
  };
  switch (address.kind) {
    case 'unix':
      return listenOnUnixSocket(server, address.path, listen);
    case 'tcp':
      await listenOnTcp(server, address.host, address.port, backlogCount);
      return stop;
    case 'descriptor':
      await listenOnDescriptor(server, address.fd, formatListenAddress(address), backlogCount);
      return stop;
    case 'systemd': {
      const socket = pickActivated(activation, address.name);
      if ('reason' in socket) {
        throw new ListenError('SLUICE_LISTEN_ACTIVATION', formatListenAddress(address), socket.reason);
      }
      await listenOnDescriptor(server, socket.fd, formatListenAddress(address), backlogCount);
      return stop;
    }
  }
}

// Where a socket comes from somebody else its address shows only now; the configuration has checked all others.
function isUnguarded({ protocol, allow }: ListenConfig, host: string): boolean {
  return believesAnybody(protocol) && allow === null && !isLoopbackHost(host);
}

function unguardedReason(protocol: ListenProtocol): string {
  return `other machines can reach this socket, and ${protocolNames[protocol]} believes whoever connects; name the web servers in allow`;
}

// A browser cannot go to "every address", but it can go to this machine.
function formatUrl(host: string, port: number, mount: string | null): string {
  const shown = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${formatHostPort(shown, port)}${mount ?? ''}/`;
}
