// Listening sockets of other servers as `[[listen]]` tables.
import { isLoopbackHost, parseListenAddress } from '../config/kinds/address.ts';
import type { ListenProtocol } from '../config/types.ts';
import type { Draft, DraftTable } from './draft.ts';
import { Left, type Option } from './option.ts';

/** Adds a listener for an address that has been read, unless Sluice cannot listen there, or does already. */
export function addListener(
  draft: Draft,
  protocol: ListenProtocol,
  address: string,
  option: Option | null,
): DraftTable {
  const listen = draft.add('listen');
  listen.set('protocol', protocol);
  listen.set('address', address, ...(option === null ? [] : [option]));
  const isDouble = draft.lists.listen.some((each) => each !== listen && placeOf(each) === placeOf(listen));
  if (isDouble && option !== null) draft.note(option, 'needless', 'an earlier line says so');
  if (isDouble || listen.get('address') === undefined) {
    draft.lists.listen.splice(draft.lists.listen.indexOf(listen), 1);
    return listen;
  }
  if (protocol !== 'http' && isReachable(listen)) {
    listen.set('allow', ['127.0.0.0/8', '::1']);
    listen.remark(
      'allow',
      `Whoever may connect decides what the application is told about a request, so only this machine may. Name the web servers if they are elsewhere.`,
    );
  }
  return listen;
}

function addressOf(listen: DraftTable): string {
  const address = listen.get('address');
  return typeof address === 'string' ? address : '';
}

/** The address, however it is written. */
function placeOf(listen: DraftTable): string {
  return JSON.stringify(parseListenAddress(addressOf(listen)));
}

/** Whether the listener is the file of a Unix socket. */
export function isUnix(listen: DraftTable): boolean {
  return addressOf(listen).startsWith('unix:');
}

/** Whether it is a host and a port. */
export function isTcp(listen: DraftTable): boolean {
  return /^(?!unix:|fd:)./.test(addressOf(listen));
}

/**
 * Reads `host:port`, where no host, or `*`, is every address of the machine; null if it is none. `[::]` is every
 * address, of IPv6 too.
 */
export function tcpAddress(value: string): string | null {
  const match = /^(\[[^\]]*\]|[^:/[\]]*):(\d+)$/.exec(value);
  if (match === null) return null;
  const [, host = '', port = ''] = match;
  return `${host === '' || host === '*' ? '0.0.0.0' : host}:${port}`;
}

/** A Unix socket by its path. */
export function unixSocket(path: string): string {
  if (path.startsWith('@')) throw new Left('lost', 'abstract sockets are not possible; use a path');
  return `unix:${path}`;
}

/** Whether other machines can connect, for all that the address tells. */
export function isReachable(listen: DraftTable): boolean {
  const host = /^(.*):\d+$/.exec(addressOf(listen))?.[1];
  return host !== undefined && isTcp(listen) && !isLoopbackHost(host.replace(/^\[|\]$/g, ''));
}
