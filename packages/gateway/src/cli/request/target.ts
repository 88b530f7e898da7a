// Reads the URL of `sluice request`: the protocol, where the server is, and what is asked of it. Pure.
import { resolve } from 'node:path';
import type { ServerAddress } from '../../backends/upstreams/link.ts';
import { parseUpstreamAddress, upstreamProtocols } from '../../config/kinds/upstream.ts';
import type { UpstreamProtocolName } from '../../config/types.ts';
import { RequestError } from './request-error.ts';

/** Whom to ask for what. */
export interface Target {
  readonly protocol: UpstreamProtocolName;
  readonly address: ServerAddress;
  /** Path and query as they were written, each character one byte; the path begins with a slash. */
  readonly path: string;
  readonly query: string;
}

/** `unix:/run/app.sock:/path` as nginx writes it; the path may be left out. */
const UNIX = /^(unix:[^:]*)(?::(\/.*))?$/s;
const TCP = /^([^/?]*)([/?].*)?$/s;

/** Reads a URL. A relative path of a Unix socket begins at `directory`. Throws a RequestError. */
export function parseTarget(url: string, directory: string): Target {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/s.exec(url) ?? [];
  // The name by which PHP's tools know it.
  const name = scheme === 'fcgi' ? 'fastcgi' : scheme;
  const protocol = upstreamProtocols.find((known) => known === name);
  if (protocol === undefined) {
    const known = upstreamProtocols.map((each) => `${each}://`).join(', ');
    throw new RequestError(`${JSON.stringify(url)} begins with none of ${known}`);
  }
  const [, place = '', reference = ''] = (rest.startsWith('unix:') ? UNIX : TCP).exec(rest) ?? [];
  return { protocol, address: addressOf(url, place, directory), ...split(url, reference) };
}

function addressOf(url: string, place: string, directory: string): ServerAddress {
  const parsed = parseUpstreamAddress(place);
  if ('reason' in parsed)
    throw new RequestError(`${JSON.stringify(url)}: the address ${JSON.stringify(place)}: ${parsed.reason}`);
  const { value } = parsed;
  if (value.kind === 'srv') throw new RequestError(`${JSON.stringify(url)}: name one server, not a service`);
  return value.kind === 'unix' ? { kind: 'unix', path: resolve(directory, value.path) } : value;
}

function split(url: string, reference: string): Pick<Target, 'path' | 'query'> {
  // oxlint-disable-next-line no-control-regex -- what no request target may hold
  const at = reference.search(/[\x00-\x20\x7f#]/);
  if (at >= 0) {
    const character = JSON.stringify(reference[at]);
    throw new RequestError(`${JSON.stringify(url)}: ${character} must be written percent-encoded`);
  }
  const text = wireText(reference);
  const question = text.indexOf('?');
  const path = question < 0 ? text : text.slice(0, question);
  return { path: path || '/', query: question < 0 ? '' : text.slice(question + 1) };
}

/** A text as it goes over the wire: the bytes of its UTF-8, each one character. */
export function wireText(text: string): string {
  return Buffer.from(text).toString('latin1');
}
