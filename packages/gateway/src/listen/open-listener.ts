// Opens one listener of the configuration on a server, whatever kind of address it has.
import type { DropArgument, Server } from 'node:net';
import { formatHostPort, formatListenAddress, isLoopbackHost } from '../config/kinds/address.ts';
import { believesAnybody, protocolNames, secretAdvice } from '../config/protocols.ts';
import type { ListenConfig, ListenProtocol } from '../config/types.ts';
import { noActivation, pickActivated, type Activation } from './activation.ts';
import { createAllowList } from './allow-list.ts';
import { admitOnly, leadThrough, limitPerAddress, type Step } from './entrance.ts';
import { ListenError } from './errors.ts';
import { HeldSocket } from './held-socket.ts';
import { listenOnDescriptor } from './inherited-socket.ts';
import { expectProxyHeader, type ProxyStep } from './proxy-protocol.ts';
import type { ListeningServer } from './server-listen.ts';
import { listenOnTcp } from './tcp-socket.ts';
import type { TlsDoor } from './tls.ts';
import { listenOnUnixSocket } from './unix-socket.ts';

/** What opening a listener may need besides its configuration. */
export interface OpenOptions {
  /** Connections open at once; further ones are closed. Default: no limit. */
  readonly connectionsCount?: number;
  /** Sockets of socket activation. Default: none. */
  readonly activation?: Activation;
  /** A listening socket that this process has inherited, instead of the one that the address says. Default: none. */
  readonly descriptor?: number | null;
  /** The same from one address. Default: no limit. */
  readonly addressConnectionsCount?: number | null;
  /** What a client over that limit is sent before it is closed. Default: nothing. */
  readonly farewell?: Buffer | null;
  /** How long a PROXY header may take. Default 10 s. */
  readonly headerTimeoutMs?: number;
  /** Encrypts the connections. Default: they are not. */
  readonly tls?: TlsDoor | null;
  /** A connection was closed, and why: `allow`, the number of connections, no PROXY header. */
  readonly onRefused?: (peer: string, reason: string) => void;
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
  options: OpenOptions = {},
): Promise<Listener> {
  const { connectionsCount, activation = noActivation, onRefused = () => {} } = options;
  if (connectionsCount !== undefined) server.maxConnections = connectionsCount;
  const proxy = listen.isProxied
    ? expectProxyHeader(options.headerTimeoutMs ?? HEADER_TIMEOUT_MS, onRefused)
    : null;
  leadThrough(server, stepsOf(listen, options, proxy));
  server.on('drop', (dropped?: DropArgument) =>
    onRefused(dropped?.remoteAddress ?? '', 'too many connections'),
  );
  const inherited = options.descriptor ?? null;
  const listener = await bind(listen, server, activation, inherited, (options.tls ?? null) !== null);
  return {
    ...listener,
    close: () => {
      listener.close();
      proxy?.close();
    },
  };
}

/** A socket that is held for other processes. */
export interface HeldListener {
  readonly listener: Listener;
  /** Of the open socket, to be inherited. */
  readonly descriptor: number;
}

/** Binds the socket of a listener, and lets others accept. Rejects like {@link openListener}. */
export async function holdListener(listen: ListenConfig, activation: Activation): Promise<HeldListener> {
  const socket = new HeldSocket();
  const listener = await bind(listen, socket, activation, null, listen.tlsCertificateFile !== null);
  return { listener, descriptor: socket.fd };
}

async function bind(
  listen: ListenConfig,
  server: ListeningServer,
  activation: Activation,
  descriptor: number | null,
  isEncrypted: boolean,
): Promise<Listener> {
  const close = await start(listen, server, activation, descriptor);
  const bound = server.address();
  const hasPort = typeof bound === 'object' && bound !== null && bound.port !== undefined;
  if (hasPort && isUnguarded(listen, bound.address)) {
    close();
    const reason = unguardedReason(listen);
    throw new ListenError('SLUICE_LISTEN_UNGUARDED', formatListenAddress(listen.address), reason);
  }
  const address = hasPort ? formatHostPort(bound.address, bound.port) : formatListenAddress(listen.address);
  const scheme = isEncrypted ? 'https' : 'http';
  const url =
    hasPort && listen.protocol === 'http' ? formatUrl(scheme, bound.address, bound.port, listen.mount) : null;
  return { protocol: listen.protocol, address, url, close };
}

function stepsOf(
  { allow }: ListenConfig,
  { addressConnectionsCount = null, farewell = null, tls = null, onRefused = () => {} }: OpenOptions,
  proxy: ProxyStep | null,
): Step[] {
  const steps: Step[] = [];
  if (allow !== null) {
    steps.push(admitOnly(createAllowList(allow), (peer) => onRefused(peer, 'not allowed')));
  }
  if (proxy !== null) steps.push(proxy.step);
  if (addressConnectionsCount !== null) {
    // Nobody could read it before the handshake.
    const words = tls === null ? farewell : null;
    const refused = (peer: string): void => onRefused(peer, 'too many connections from its address');
    steps.push(limitPerAddress(addressConnectionsCount, words, refused));
  }
  if (tls !== null) steps.push(tls.step);
  return steps;
}

async function start(
  listen: ListenConfig,
  server: ListeningServer,
  activation: Activation,
  descriptor: number | null,
): Promise<() => void> {
  const { address, backlogCount } = listen;
  const stop = (): void => {
    if (server.listening) server.close();
  };
  if (descriptor !== null) {
    await listenOnDescriptor(server, descriptor, formatListenAddress(address), backlogCount);
    return stop;
  }
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
function isUnguarded({ protocol, allow, isProxied, secretFile }: ListenConfig, host: string): boolean {
  if (isLoopbackHost(host)) return false;
  if (protocol === 'ajp' && secretFile === null) return true;
  return (believesAnybody(protocol) || isProxied) && allow === null;
}

function unguardedReason({ protocol, isProxied, secretFile }: ListenConfig): string {
  if (protocol === 'ajp' && secretFile === null) {
    return `other machines can reach this socket, and AJP believes whoever connects; ${secretAdvice}`;
  }
  const believer = isProxied ? 'the PROXY protocol' : protocolNames[protocol];
  return `other machines can reach this socket, and ${believer} believes whoever connects; name the web servers in allow`;
}

const HEADER_TIMEOUT_MS = 10_000;

// A browser cannot go to "every address", but it can go to this machine.
function formatUrl(scheme: string, host: string, port: number, mount: string | null): string {
  const shown = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${scheme}://${formatHostPort(shown, port)}${mount ?? ''}/`;
}
