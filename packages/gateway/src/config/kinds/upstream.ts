// Upstream servers: where they are, how much each takes, and how routes name them.
import * as z from 'zod/mini';
import type { RouteTarget, UpstreamAddress, UpstreamProtocolName, UpstreamServer } from '../types.ts';
import { tcpAddress, unixAddress } from './address.ts';
import { stringKind, textSchema, type Parsed, type ValueKind } from './kind.ts';

/** Every protocol an upstream server can speak. */
export const upstreamProtocols: readonly [UpstreamProtocolName, ...UpstreamProtocolName[]] = [
  'fastcgi',
  'ajp',
  'scgi',
  'uwsgi',
  'http',
];

const examples = ['unix:/run/php/fpm.sock', 'app.internal:9000'];

/** Reads where a server is. Pure: a relative socket path stays relative. */
export function parseUpstreamAddress(text: string): Parsed<UpstreamAddress> {
  if (text.includes('\0')) return { reason: 'it contains a NUL character' };
  if (text.includes('://')) return { reason: 'it is a URL; leave out the scheme' };
  if (text.startsWith('unix:')) return unixAddress(text.slice('unix:'.length));
  if (text.startsWith('/') || text.startsWith('./')) return unixAddress(text);
  if (text.startsWith('srv:')) return serviceName(text.slice('srv:'.length));
  const parsed = tcpAddress(text);
  if ('value' in parsed && parsed.value.port === 0) return { reason: 'nobody listens on port 0' };
  return parsed;
}

function serviceName(name: string): Parsed<UpstreamAddress> {
  if (!/^[\w-]+(\.[\w-]+)+\.?$/.test(name)) return { reason: 'srv: is followed by the name of a service' };
  return { value: { kind: 'srv', name } };
}

const weight = z.int().check(z.minimum(1), z.maximum(1000));
const address = textSchema(parseUpstreamAddress, examples);

/** One server or several, each as an address, or as a table with its weight. */
export const serverList: ValueKind<readonly UpstreamServer[]> = {
  schema: z
    .array(
      z.union([
        z.pipe(
          address,
          z.transform((value) => ({ address: value, weight: 1 })),
        ),
        z.strictObject({ address, weight: z._default(weight, 1) }),
      ]),
    )
    .check(z.minLength(1)),
  allowed:
    'a list of addresses such as "unix:/run/app.sock", "127.0.0.1:9000", "app.internal:9000" or "srv:_fcgi._tcp.example.com", or of tables such as { address = "10.0.0.2:9000", weight = 2 } with a weight from 1 to 1000',
  placeholder: 'address',
  repeats: true,
  fromWords: (words) => [...words],
};

/** Where a route leads. */
export const routeTarget: ValueKind<RouteTarget> = stringKind(
  'target',
  `the name of a pool or an upstream, such as "pool:reports" or "upstream:php", or a server such as "fastcgi://127.0.0.1:9000" or "fastcgi://unix:/run/app.sock" (${upstreamProtocols.join(', ')})`,
  ['pool:reports', 'upstream:php', 'fastcgi://127.0.0.1:9000'],
  parseRouteTarget,
);

function parseRouteTarget(text: string): Parsed<RouteTarget> {
  const [, kind, name] = /^(pool|upstream):([^/].*)$/.exec(text) ?? [];
  if (name !== undefined) return { value: { kind: kind === 'pool' ? 'pool' : 'upstream', name } };
  const [, scheme, place] = /^([a-z]+):\/\/(.+)$/.exec(text) ?? [];
  if (place === undefined)
    return { reason: 'it begins with none of "pool:", "upstream:" and a protocol with "://"' };
  const protocol = upstreamProtocols.find((known) => known === scheme);
  if (protocol === undefined) return { reason: `the protocol is not one of ${upstreamProtocols.join(', ')}` };
  const parsed = parseUpstreamAddress(place);
  return 'reason' in parsed ? parsed : { value: { kind: 'server', protocol, address: parsed.value } };
}

/** A table of request variables. */
export const variableTable: ValueKind<Readonly<Record<string, string>>> = {
  schema: z.record(
    z.string().check(z.regex(/^\w+$/, 'it is not the name of a variable')),
    z.string().check(
      // oxlint-disable-next-line no-control-regex -- a NUL is what must not be in it
      z.regex(/^[^\0]*$/, 'it contains a NUL character'),
      z.refine(isLatin1, 'it is not latin-1'),
    ),
  ),
  allowed: 'names and texts, such as SCRIPT_FILENAME = "/srv/php{path}"',
  placeholder: 'NAME=VALUE',
  repeats: true,
  fromWords: (words) => [...words],
};

function isLatin1(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all of latin-1
  return /^[\x00-\xff]*$/.test(text);
}

/** A directory as another machine or process sees it. */
export const remoteDirectory: ValueKind<string> = stringKind(
  'path',
  'an absolute path, such as "/srv/php"',
  ['/srv/php'],
  (text) => {
    if (!text.startsWith('/')) return { reason: 'it does not begin with "/"' };
    return text.includes('\0')
      ? { reason: 'it contains a NUL character' }
      : { value: text.replace(/\/+$/, '') };
  },
);
