// Caddy in front of a gateway: a site of a Caddyfile.
import { notTrusted, SiteError, type GatewayAddress, type Site, type WebProtocol } from './site.ts';
import { braces, comment, paragraphs, wholeSeconds } from './text.ts';

/** What Caddy can speak to a gateway, best first. */
export const caddyProtocols: readonly WebProtocol[] = ['http', 'fastcgi'];

/** The site block. */
export function caddyConfig(site: Site): readonly string[] {
  const { bodyMaxBytes, certificate } = site;
  return braces(
    places(site).join(', '),
    paragraphs([
      certificate ? [`tls ${word(certificate.certificate)} ${word(certificate.key)}`] : [],
      [...comment('As body.max of the gateway.'), ...braces('request_body', [`max_size ${bodyMaxBytes}B`])],
      // In this order, not in the one that Caddy would sort them into.
      braces(
        'route',
        paragraphs([
          ...exceptions(site),
          ...files(site),
          gateway(site, site.mount === '' ? null : [site.mount, `${site.mount}/*`]),
        ]),
      ),
    ]),
  );
}

// Names make Caddy get a certificate by itself; a port alone makes it speak plain HTTP.
function places({ serverNames, listen, certificate }: Site): readonly string[] {
  const ports = listen.length > 0 ? listen.map(({ port }) => port) : null;
  if (serverNames.length > 0) {
    return serverNames.flatMap((name) => (ports === null ? [name] : ports.map((port) => `${name}:${port}`)));
  }
  return (ports ?? [certificate ? 443 : 80]).map((port) => `${certificate ? 'https://' : 'http://'}:${port}`);
}

function exceptions(site: Site): readonly (readonly string[])[] {
  return site.exceptions.map((path) =>
    gateway(site, path.endsWith('/') ? [`${path}*`] : [path, `${path}/*`]),
  );
}

function files({ static: statics }: Site): readonly (readonly string[])[] {
  return statics.map(({ path, directory, index, cacheControl, isPrecompressed }) => {
    const prefix = path.replace(/\/$/, '');
    const matching = path.endsWith('/') ? `${prefix}/*` : `${prefix}*`;
    return braces(`handle ${word(matching)}`, [
      `uri strip_prefix ${word(prefix)}`,
      ...(cacheControl === null ? [] : [`header Cache-Control ${word(cacheControl)}`]),
      ...comment('Nothing that begins with a dot is sent, as the gateway does not.'),
      '@hidden path_regexp /\\.',
      'respond @hidden 404',
      ...braces('file_server', [
        `root ${word(directory)}`,
        ...(index === null ? [] : [`index ${word(index)}`]),
        ...(isPrecompressed ? ['precompressed br gzip'] : []),
      ]),
    ]);
  });
}

function gateway(site: Site, paths: readonly string[] | null): readonly string[] {
  const { gateways, protocol, silenceMs } = site;
  const isBalanced = gateways.length > 1;
  const matcher = paths === null ? [] : [`@gateway${matcherNumber(paths)} path ${paths.map(word).join(' ')}`];
  const proxy = braces(`reverse_proxy ${gateways.map(address).join(' ')}`, [
    ...(isBalanced
      ? [
          ...comment(
            'The gateway with the fewest requests gets the next one. One that cannot be reached or answers 503 is left out for a second.',
          ),
          'lb_policy least_conn',
          `lb_retries ${gateways.length - 1}`,
          'fail_duration 1s',
          'unhealthy_status 503',
        ]
      : []),
    ...(protocol === 'fastcgi' ? fastcgi(silenceMs) : http(site)),
  ]);
  return [...matcher, ...braces(paths === null ? 'handle' : `handle @gateway${matcherNumber(paths)}`, proxy)];
}

// A name for each set of paths.
function matcherNumber(paths: readonly string[]): string {
  return paths[0]?.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, '') ?? '';
}

function fastcgi(silenceMs: number): readonly string[] {
  return [
    // Over HTTP it does so by itself, and then also tells the gateway of clients that leave.
    ...comment('Each piece of a reply goes on at once.'),
    'flush_interval -1',
    ...braces('transport fastcgi', [
      ...comment('Caddy insists on a root; the gateway does not look at it.'),
      'root /',
      'dial_timeout 2s',
      ...comment(
        'A little more than request_timeout and queue.timeout, so that the gateway is the one to answer.',
      ),
      `read_timeout ${wholeSeconds(silenceMs)}s`,
    ]),
  ];
}

function http({ silenceMs, isTrusting }: Site): readonly string[] {
  return [
    ...(isTrusting ? [] : comment(`Caddy sends X-Forwarded-For, -Proto and -Host. ${notTrusted}`)),
    ...braces('transport http', [
      'dial_timeout 2s',
      ...comment(
        'A little more than request_timeout and queue.timeout, so that the gateway is the one to answer.',
      ),
      `response_header_timeout ${wholeSeconds(silenceMs)}s`,
    ]),
  ];
}

function address(gateway: GatewayAddress): string {
  if (gateway.kind === 'unix') return word(`unix/${gateway.path}`);
  return `${gateway.host.includes(':') ? `[${gateway.host}]` : gateway.host}:${gateway.port}`;
}

function word(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new SiteError(`${JSON.stringify(text)} has control characters`);
  return /^[\w./:@%+,=*-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
