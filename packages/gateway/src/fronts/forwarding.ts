// Decides what is believed of the headers that proxies forward by, and takes all others out. Pure.
import { isIP, isIPv6 } from 'node:net';
import { knownForwarding } from '../config/forwarding-headers.ts';
import { readForwarded, type ForwardedElement } from './forwarded-header.ts';

/** Whom to believe what. */
export interface Forwarding {
  /** Whether the peer at an address is; empty is one without an address. */
  readonly isTrusted: (address: string) => boolean;
  /** Lower-case names of headers that trusted peers set themselves. */
  readonly believed: readonly string[];
}

/** Believes nobody. */
export const NO_FORWARDING: Forwarding = { isTrusted: () => false, believed: [] };

/** By the variable that each would become. */
const HEADERS: ReadonlyMap<string, string> = new Map(
  knownForwarding.map((header) => [`HTTP_${header.toUpperCase().replaceAll('-', '_')}`, header]),
);

/** Whether a variable stands for a header that proxies forward by. */
export function isForwarding(variable: string): boolean {
  return HEADERS.has(variable);
}

/** What came of it. */
export interface Forwarded {
  /** Why the request must be refused: a believed header makes no sense. */
  readonly problem: string | null;
  /** Lower-case names of the headers that were taken out. */
  readonly removed: readonly string[];
}

/**
 * Takes forwarding headers that are not believed out of `variables`, and sets the variables that believed ones are about:
 * REMOTE_ADDR, REMOTE_PORT, the scheme, the host, SCRIPT_NAME's part of REQUEST_URI.
 *
 * The client is the last address that is not trusted itself: what stands before it, the client may have written.
 *
 * @param peer the address of whoever sent the request; it is REMOTE_ADDR
 */
export function applyForwarding(
  variables: Map<string, string>,
  peer: string,
  forwarding: Forwarding,
): Forwarded {
  const isTrusted = forwarding.isTrusted(peer);
  const removed: string[] = [];
  for (const [variable, header] of HEADERS) {
    if (isTrusted && forwarding.believed.includes(header)) continue;
    if (variables.delete(variable)) removed.push(header);
  }
  return { problem: isTrusted ? believe(variables, forwarding) : null, removed };
}

function believe(variables: Map<string, string>, forwarding: Forwarding): string | null {
  const elements = elementsOf(variables);
  if (elements === null) return 'the header Forwarded is malformed';
  const nearest = clientElement(elements, forwarding);
  if (nearest) takeClient(variables, nearest);
  const last = (name: string): string | undefined => variables.get(name)?.split(',').at(-1)?.trim();
  return (
    takeProto(variables, nearest?.proto ?? last('HTTP_X_FORWARDED_PROTO')) ??
    takeHost(variables, nearest?.host ?? last('HTTP_X_FORWARDED_HOST'), last('HTTP_X_FORWARDED_PORT')) ??
    takePrefix(variables)
  );
}

/** The hops, the nearest last, whichever header they come by. Only one of the three is believed. */
function elementsOf(variables: ReadonlyMap<string, string>): readonly ForwardedElement[] | null {
  const forwarded = variables.get('HTTP_FORWARDED');
  if (forwarded !== undefined) return readForwarded(forwarded);
  const addresses = variables.get('HTTP_X_FORWARDED_FOR') ?? variables.get('HTTP_X_REAL_IP') ?? '';
  if (addresses.trim() === '') return [];
  return addresses.split(',').map((address) => ({ for: address.trim() }));
}

/** From the nearest on: the first whose address is not trusted, or cannot be read; if all are trusted, the farthest. */
function clientElement(
  elements: readonly ForwardedElement[],
  { isTrusted }: Forwarding,
): ForwardedElement | undefined {
  for (const element of elements.toReversed()) {
    const node = readNode(element.for ?? '');
    if (node === null || !isTrusted(node.address)) return element;
  }
  return elements[0];
}

/** A client that hides itself ("unknown", "_token") or is not told: then the proxy that said so stays the peer. */
function takeClient(variables: Map<string, string>, element: ForwardedElement): void {
  const node = readNode(element.for ?? '');
  if (node === null) return;
  variables.set('REMOTE_ADDR', node.address);
  variables.set('REMOTE_PORT', node.port);
}

/** An address, with a port or without, IPv6 in brackets or not. */
function readNode(text: string): { readonly address: string; readonly port: string } | null {
  if (isIPv6(text)) return text.includes('%') ? null : { address: text, port: '' };
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text);
  const address = match?.[1] ?? match?.[2] ?? '';
  return isIP(address) === 0 ? null : { address, port: match?.[3] ?? '' };
}

function takeProto(variables: Map<string, string>, proto: string | undefined): string | null {
  if (proto === undefined || proto === '') return null;
  const scheme = proto.toLowerCase();
  if (scheme !== 'http' && scheme !== 'https')
    return `the forwarded scheme ${JSON.stringify(proto)} is not known`;
  variables.set('REQUEST_SCHEME', scheme);
  if (scheme === 'https') variables.set('HTTPS', 'on');
  else variables.delete('HTTPS');
  const port = /:(\d+)$/.exec(variables.get('HTTP_HOST') ?? '')?.[1];
  variables.set('SERVER_PORT', port ?? defaultPort(variables));
  return null;
}

/** A host with letters, digits and what else may stand in a name, or an address, then perhaps a port. */
const HOST = /^([A-Za-z0-9._~%!$&'()*+,;=-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{0,5}))?$/;

/** Whether a value may stand in the header Host. Empty may: then the target has no authority. */
export function isHost(text: string): boolean {
  return text === '' || HOST.test(text);
}

function takeHost(
  variables: Map<string, string>,
  host: string | undefined,
  port: string | undefined,
): string | null {
  if (port !== undefined && port !== '') {
    if (!/^\d{1,5}$/.test(port)) return `the forwarded port ${JSON.stringify(port)} is no number`;
    variables.set('SERVER_PORT', port);
  }
  if (host === undefined || host === '') return null;
  const [, name, ownPort] = HOST.exec(host) ?? [];
  if (name === undefined) return `the forwarded host ${JSON.stringify(host)} is none`;
  variables.set('HTTP_HOST', host);
  variables.set('SERVER_NAME', name);
  if (!port) variables.set('SERVER_PORT', ownPort || defaultPort(variables));
  return null;
}

function defaultPort(variables: ReadonlyMap<string, string>): string {
  return variables.get('REQUEST_SCHEME') === 'https' ? '443' : '80';
}

const PREFIX = /^(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9._~!$&'()*+,;=:@-]+)+$/;

/** A proxy that has cut a prefix off the path: it is put back, so that the target is the one the client knows. */
function takePrefix(variables: Map<string, string>): string | null {
  const prefix = forwardedMount(variables);
  if (prefix === null) return null;
  if (!PREFIX.test(prefix)) return `the forwarded prefix ${JSON.stringify(prefix)} is no path`;
  const uri = variables.get('REQUEST_URI') ?? '/';
  if (uri.startsWith('/')) variables.set('REQUEST_URI', prefix + uri);
  return null;
}

/** The mount point that a believed X-Forwarded-Prefix names, without a trailing slash; null for none. */
export function forwardedMount(variables: Pick<ReadonlyMap<string, string>, 'get'>): string | null {
  const prefix = variables.get('HTTP_X_FORWARDED_PREFIX')?.replace(/\/+$/, '') ?? '';
  return prefix === '' ? null : prefix;
}
