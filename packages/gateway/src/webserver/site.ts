// What a web server's configuration is made from: the gateway's configuration, seen from the other side.
import type { ListenAddress, ListenConfig, GatewayConfig, StaticConfig } from '../config/types.ts';

/** What a web server can speak to a gateway. */
export type WebProtocol = 'fastcgi' | 'scgi' | 'uwsgi' | 'ajp' | 'http';

/** Where a web server can connect to. */
export type GatewayAddress = Extract<ListenAddress, { readonly kind: 'unix' | 'tcp' }>;

/** Where a web server itself listens; null stands for every address of the machine. */
export interface WebAddress {
  readonly host: string | null;
  readonly port: number;
}

/** Absolute paths of PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** How to start a gateway by hand. */
export interface GatewayCommand {
  /** The program and its arguments up to `serve`, absolute. */
  readonly words: readonly string[];
  /** Absolute path of `sluice.toml`; null if there is none. */
  readonly configFile: string | null;
  /** The application, if it is known. */
  readonly target: string | null;
  /** Of the application; absolute. */
  readonly directory: string;
}

/** One application behind a web server. */
export interface Site {
  /** Letters, digits, `_` and `-`: for upstreams, units and files. */
  readonly name: string;
  readonly protocol: WebProtocol;
  /** At least one; requests are spread over all of them. */
  readonly gateways: readonly GatewayAddress[];
  /** Where the application is mounted, without a slash at its end; empty for the root. */
  readonly mount: string;
  /** Empty: every name. */
  readonly serverNames: readonly string[];
  /** Empty: port 80, or 443 with a certificate. */
  readonly listen: readonly WebAddress[];
  readonly certificate: Certificate | null;
  /** Each path ends with a slash. */
  readonly static: readonly StaticConfig[];
  /** Path prefixes whose request bodies the application reads while they arrive. */
  readonly streamingPaths: readonly string[];
  /** Path prefixes below one of `static` that nevertheless are the gateway's. */
  readonly exceptions: readonly string[];
  readonly bodyMaxBytes: number;
  /** How long the gateway may be silent before it has answered by itself. */
  readonly silenceMs: number;
  /** The web server sends the files that X-Sendfile or X-Accel-Redirect name. */
  readonly sendsFiles: boolean;
  /** Directories of such files by the URL path X-Accel-Redirect has for them. */
  readonly sendfileDirectories: Readonly<Record<string, string>>;
  /** Each connection begins with a header of the PROXY protocol. */
  readonly isProxied: boolean;
  /** HTTP: the gateway believes what some web servers say of the client. */
  readonly isTrusting: boolean;
  /** AJP: what the web server has to send; null for nothing. */
  readonly secret: string | null;
  /** AJP: the largest packet. */
  readonly packetBytes: number;
  /** AJP: the gateway knows that paths come decoded. */
  readonly isPathDecoded: boolean;
  readonly command: GatewayCommand;
  /** Requests that the application can run at a time: threads of all processes of the default pool, at most. */
  readonly lanes: number;
}

/** Why no configuration can be made, and what to change. */
export class SiteError extends Error {
  readonly code = 'SLUICE_CONFIG_INVALID';

  constructor(message: string) {
    super(message);
    this.name = 'SiteError';
  }
}

/** What is said besides the gateway's configuration. */
export interface SiteOptions {
  /** The name of the web server, for messages. */
  readonly server: string;
  /** What it can speak, best first. */
  readonly protocols: readonly WebProtocol[];
  /** The one to use; null takes the first that there is a listener for. */
  readonly protocol: WebProtocol | null;
  readonly name: string;
  /** Instead of the address of the listener. */
  readonly gateways: readonly GatewayAddress[];
  readonly serverNames: readonly string[];
  readonly listen: readonly WebAddress[];
  readonly certificate: Certificate | null;
  /** The web server starts the gateway by itself: no listener is needed. */
  readonly isSpawned: boolean;
  /** Nothing is in front: the units of a service. */
  readonly isService: boolean;
  /** The web server can begin a connection with a PROXY header. */
  readonly speaksProxyProtocol: boolean;
  /** Reads the file of an AJP secret. */
  readonly readSecret: (path: string) => string;
  readonly command: GatewayCommand;
}

const AJP_PACKET_BYTES = 8192;
/** The gateway answers first; only if it cannot, the web server has to. */
const GRACE_MS = 5_000;

/** Puts a site together. Throws {@link SiteError} where the gateway has no listener for the web server. */
export function makeSite(config: GatewayConfig, options: SiteOptions): Site {
  const { name, serverNames, listen, certificate, command } = options;
  const isAlone = options.isSpawned || options.isService;
  const [protocol, listener] = isAlone
    ? spawnedListener(config, options)
    : chooseListener(config.listen, options);
  return {
    name,
    protocol,
    gateways: isAlone ? [] : gatewaysOf(listener, options),
    mount: listener?.mount ?? '',
    serverNames,
    listen,
    certificate,
    static: config.static.map(withSlash),
    streamingPaths: config.routes.filter(({ streaming }) => streaming).map(({ path }) => path),
    exceptions: exceptionsOf(config),
    bodyMaxBytes: config.body.maxBytes,
    silenceMs: silenceOf(config),
    sendsFiles: config.reply.sendfile === 'pass',
    sendfileDirectories: config.reply.sendfileDirectories,
    isProxied: listener?.isProxied ?? false,
    isTrusting: listener?.trusted !== null,
    secret: listener?.secretFile ? options.readSecret(listener.secretFile) : null,
    packetBytes: listener?.packetBytes ?? AJP_PACKET_BYTES,
    isPathDecoded: listener?.isPathDecoded ?? false,
    command,
    lanes: lanesOf(config),
  };
}

// Web servers match prefixes of text: below /media they would also find /srv/media-private.
function withSlash(files: StaticConfig): StaticConfig {
  return files.path.endsWith('/') ? files : { ...files, path: `${files.path}/` };
}

function lanesOf({ pools }: GatewayConfig): number {
  const pool = pools['default'];
  return pool === undefined ? 1 : pool.processes.max * pool.threads;
}

type Choice = readonly [WebProtocol, ListenConfig | null];

function spawnedListener({ listen }: GatewayConfig, { protocol, server }: SiteOptions): Choice {
  if (protocol !== null && protocol !== 'fastcgi') {
    throw new SiteError(`${server} starts programs that speak FastCGI, not ${protocol}`);
  }
  return ['fastcgi', listen.find((each) => each.protocol === 'fastcgi') ?? listen[0] ?? null];
}

function chooseListener(listen: readonly ListenConfig[], options: SiteOptions): Choice {
  const { server, protocols, protocol } = options;
  if (protocol !== null && !protocols.includes(protocol)) {
    throw new SiteError(`${server} does not speak ${protocol} to a gateway, but ${listed(protocols)}`);
  }
  const wanted = protocol === null ? protocols : [protocol];
  for (const each of wanted) {
    const all = listen.filter((listener) => listener.protocol === each && canReach(listener, options));
    // A Unix socket is quicker than TCP, and its permissions say who may connect.
    const found = all.find(({ address }) => address.kind === 'unix') ?? all[0];
    if (found) return [each, found];
  }
  if (options.gateways.length > 0 && protocol !== null) return [protocol, null];
  const there = listed([...new Set(listen.map(describeListener))]);
  throw new SiteError(
    `${server} can speak ${listed(wanted)} to the gateway, but that listens for ${there} only; add to sluice.toml\n\n${listenerToAdd(wanted[0] ?? 'fastcgi', options)}`,
  );
}

// A listener for browsers, or one behind a load balancer, is not for a web server.
function canReach(
  { tlsCertificateFile, isProxied }: ListenConfig,
  { speaksProxyProtocol }: SiteOptions,
): boolean {
  return tlsCertificateFile === null && (!isProxied || speaksProxyProtocol);
}

function describeListener({ protocol, tlsCertificateFile, isProxied }: ListenConfig): string {
  const how = [...(tlsCertificateFile === null ? [] : ['TLS']), ...(isProxied ? ['the PROXY protocol'] : [])];
  return how.length === 0 ? protocol : `${protocol} with ${how.join(' and ')}`;
}

function listenerToAdd(protocol: WebProtocol, { name }: SiteOptions): string {
  const lines = ['[[listen]]', `protocol = "${protocol}"`];
  if (protocol === 'ajp') return [...lines, 'address = "127.0.0.1:8009"'].join('\n');
  return [...lines, `address = "unix:/run/${name}/${protocol}.sock"`, 'group = "www-data"'].join('\n');
}

function gatewaysOf(listener: ListenConfig | null, options: SiteOptions): readonly GatewayAddress[] {
  return options.gateways.length > 0 ? options.gateways : [reachable(listener, options)];
}

function reachable(listener: ListenConfig | null, { name, server }: SiteOptions): GatewayAddress {
  const address = listener?.address;
  switch (address?.kind) {
    case 'unix':
      return address;
    case 'tcp':
      // Whoever listens everywhere is reached here, too.
      if (address.host === '0.0.0.0') return { ...address, host: '127.0.0.1' };
      return address.host === '::' ? { ...address, host: '::1' } : address;
    case 'systemd':
      return { kind: 'unix', path: activatedSocket(name, address.name) };
    case 'descriptor':
      throw new SiteError(
        `the listener has inherited its socket (fd:${address.fd}), so its address is not known here; name it by --gateway`,
      );
    case undefined:
      throw new SiteError(`${server} needs the address of a gateway; name it by --gateway`);
  }
}

/** Where `sluice config systemd` puts a socket of socket activation. */
export function activatedSocket(site: string, socket: string | null): string {
  return `/run/${site}/${socket ?? site}.sock`;
}

function exceptionsOf({ routes, static: files }: GatewayConfig): readonly string[] {
  const isBelow = ({ path }: StaticConfig, route: string): boolean =>
    route.length > path.length && route.startsWith(path);
  const paths = routes.map(({ path }) => path);
  return [...new Set(paths.filter((path) => files.some((each) => isBelow(each, path))))];
}

function silenceOf({ pools, routes }: GatewayConfig): number {
  const all = Object.values(pools);
  const queueMs = Math.max(...all.map(({ queueTimeoutMs }) => queueTimeoutMs));
  const runMs = Math.max(
    ...all.map(({ requestTimeoutMs }) => requestTimeoutMs),
    ...routes.map(({ requestTimeoutMs }) => requestTimeoutMs ?? 0),
  );
  return queueMs + runMs + GRACE_MS;
}

/** A comment where forwarding headers would be sent in vain. */
export const notTrusted =
  'To believe these, the [[listen]] of the gateway has to trust the web server: trusted = ["127.0.0.1"], or ["unix"] for a Unix socket. Otherwise the application sees the web server as its client.';

/** `a, b or c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
