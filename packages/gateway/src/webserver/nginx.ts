// nginx in front of a gateway: a file for conf.d or sites-available.
import {
  notTrusted,
  SiteError,
  type GatewayAddress,
  type Site,
  type WebAddress,
  type WebProtocol,
} from './site.ts';
import { braces, comment, escapePattern, paragraphs, wholeSeconds } from './text.ts';

/** What nginx can speak to a gateway, best first. */
export const nginxProtocols: readonly WebProtocol[] = ['fastcgi', 'uwsgi', 'scgi', 'http'];

/** The server block of a site, and the upstream it passes requests to. */
export function nginxConfig(site: Site): readonly string[] {
  return paragraphs([upstream(site), braces('server', paragraphs(serverParts(site)))]);
}

/** What the directives of the module begin with. */
function moduleOf({ protocol }: Site): string {
  return protocol === 'http' ? 'proxy' : protocol;
}

/** nginx can keep connections over these two. */
function isKept({ protocol }: Site): boolean {
  return protocol === 'fastcgi' || protocol === 'http';
}

function upstream(site: Site): readonly string[] {
  const { gateways, name } = site;
  const isBalanced = gateways.length > 1;
  const servers = gateways.map(
    (gateway) => `server ${address(gateway)}${isBalanced ? ' max_fails=5 fail_timeout=1s' : ''};`,
  );
  return braces(`upstream ${name}`, [
    ...(isBalanced
      ? [
          ...comment(
            'The gateway with the fewest requests gets the next one; a dead one is left out for a second.',
          ),
          'least_conn;',
        ]
      : []),
    ...(!isKept(site) && gateways.some(({ kind }) => kind === 'unix')
      ? comment(
          `Over a Unix socket nginx takes a reply that broke off for a whole one, unless it has a Content-Length: so it is with ${site.protocol}. Over TCP, or with fastcgi, it does not.`,
        )
      : []),
    ...servers,
    ...(isKept(site) ? ['keepalive 32;'] : []),
  ]);
}

function serverParts(site: Site): readonly (readonly string[])[] {
  const parts = [
    [...listens(site), `server_name ${site.serverNames.length > 0 ? site.serverNames.join(' ') : '_'};`],
    tls(site),
    limits(site),
    passing(site),
    parameters(site),
  ];
  return [...parts, ...fileLocations(site), ...gatewayLocations(site)];
}

function listens({ listen, certificate }: Site): readonly string[] {
  const port = certificate ? 443 : 80;
  const places = listen.length > 0 ? listen.map(place) : [`${port}`, `[::]:${port}`];
  return places.map((each) => `listen ${each}${certificate ? ' ssl' : ''};`);
}

function place({ host, port }: WebAddress): string {
  if (host === null) return String(port);
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function tls({ certificate }: Site): readonly string[] {
  if (!certificate) return [];
  return [
    `ssl_certificate ${quote(certificate.certificate)};`,
    `ssl_certificate_key ${quote(certificate.key)};`,
  ];
}

function limits({ bodyMaxBytes }: Site): readonly string[] {
  return [
    ...comment('Long cookies: a line of a request may have 64 KiB instead of 8.'),
    'large_client_header_buffers 4 64k;',
    ...comment('As body.max of the gateway.'),
    `client_max_body_size ${bodyMaxBytes};`,
  ];
}

// Directives that hold for every location of the server.
function passing(site: Site): readonly string[] {
  const module = moduleOf(site);
  const isBalanced = site.gateways.length > 1;
  return [
    ...comment(
      'Each piece of a reply goes on at once. Nothing waits for a slow client: the gateway keeps the rest of a reply by itself.',
    ),
    `${module}_buffering off;`,
    ...comment(
      'The head of a reply must fit into this; with the 4 KiB there are by default, long cookies are a 502.',
    ),
    `${module}_buffer_size 64k;`,
    `${module}_buffers 4 64k;`,
    ...comment(
      'A little more than request_timeout and queue.timeout, so that the gateway is the one to answer.',
    ),
    `${module}_read_timeout ${wholeSeconds(site.silenceMs)}s;`,
    ...(isKept(site) ? keeping(site) : []),
    ...(isBalanced
      ? [
          ...comment(
            'A gateway that is overloaded (503) or cannot be reached: the next one is asked. A request that may have been run, such as a POST, is not sent twice.',
          ),
          `${module}_next_upstream error timeout http_503;`,
          `${module}_next_upstream_tries ${site.gateways.length};`,
          `${module}_connect_timeout 2s;`,
        ]
      : []),
  ];
}

function keeping({ protocol }: Site): readonly string[] {
  const kept = comment('Without this, nginx makes a connection for each request.');
  if (protocol === 'fastcgi') return [...kept, 'fastcgi_keep_conn on;'];
  return [...kept, 'proxy_http_version 1.1;', 'proxy_set_header Connection "";'];
}

const variables: readonly (readonly [string, string])[] = [
  ['REQUEST_METHOD', '$request_method'],
  ['REQUEST_URI', '$request_uri'],
  ['QUERY_STRING', '$query_string'],
  ['CONTENT_TYPE', '$content_type'],
  ['CONTENT_LENGTH', '$content_length'],
  ['SERVER_PROTOCOL', '$server_protocol'],
  ['REQUEST_SCHEME', '$scheme'],
  ['HTTPS', '$https if_not_empty'],
  ['SERVER_SOFTWARE', 'nginx/$nginx_version'],
  ['GATEWAY_INTERFACE', 'CGI/1.1'],
  ['REMOTE_ADDR', '$remote_addr'],
  ['REMOTE_PORT', '$remote_port'],
  ['SERVER_ADDR', '$server_addr'],
  ['SERVER_PORT', '$server_port'],
];

function parameters(site: Site): readonly string[] {
  if (site.protocol === 'http') return [...(site.isTrusting ? [] : comment(notTrusted)), ...forwarded];
  const { protocol, mount, serverNames } = site;
  const set = (name: string, value: string): string => `${protocol}_param ${name} ${value};`;
  // nginx writes the length of SCGI by itself, where it has to stand: first.
  const own = variables.filter(([name]) => protocol !== 'scgi' || name !== 'CONTENT_LENGTH');
  return [
    ...comment(
      mount === ''
        ? "The whole path is the application's. (The shipped parameters call it SCRIPT_NAME, as for a script.)"
        : `The gateway itself cuts ${mount} off: it is the mount of its listener.`,
    ),
    set('SCRIPT_NAME', '""'),
    set('PATH_INFO', '$document_uri'),
    ...own.map(([name, value]) => set(name, value)),
    set('SERVER_NAME', serverNames.length > 0 ? '$server_name' : '$host'),
    ...(protocol === 'scgi' ? [set('SCGI', '1')] : []),
  ];
}

const forwarded: readonly string[] = [
  'proxy_set_header Host $http_host;',
  'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
  'proxy_set_header X-Forwarded-Proto $scheme;',
  'proxy_set_header X-Forwarded-Host $http_host;',
];

function fileLocations(site: Site): readonly (readonly string[])[] {
  const files = site.static.map(({ path, directory, index, cacheControl, isPrecompressed }) =>
    braces(`location ^~ ${quote(path)}`, [
      `alias ${quote(endLike(directory, path))};`,
      ...(index === null ? [] : [`index ${quote(index)};`]),
      ...(isPrecompressed ? ['gzip_static on;'] : []),
      ...(cacheControl === null ? [] : [`add_header Cache-Control ${quote(cacheControl)};`]),
      `location ~ ${index === null ? '(/\\.|/$)' : '/\\.'} { return 404; }`,
    ]),
  );
  if (!site.sendsFiles) return files;
  const internal = Object.entries(site.sendfileDirectories).map(([path, directory]) =>
    braces(`location ^~ ${quote(path)}`, [
      ...comment('For X-Accel-Redirect only.'),
      'internal;',
      `alias ${quote(endLike(directory, path))};`,
    ]),
  );
  return [...files, ...internal];
}

// What follows the location in the path is put behind the alias.
function endLike(directory: string, path: string): string {
  return path.endsWith('/') ? `${directory.replace(/\/$/, '')}/` : directory;
}

function gatewayLocations(site: Site): readonly (readonly string[])[] {
  const { mount, streamingPaths, exceptions } = site;
  const main = mount === '' ? '/' : `~ ^${escapePattern(mount)}(/|$)`;
  const others = [...new Set([...streamingPaths, ...exceptions])].filter((path) => path !== '/');
  return [
    ...others.map((path) => location(site, `^~ ${quote(path)}`, streamingPaths.includes(path))),
    location(site, main, streamingPaths.includes('/')),
    ...(mount === ''
      ? []
      : [braces('location /', [...comment('Place for what else the site has.'), 'return 404;'])]),
  ];
}

function location(site: Site, matching: string, isStreaming: boolean): readonly string[] {
  const module = moduleOf(site);
  const streaming = [
    ...comment('The application reads bodies while they arrive.'),
    `${module}_request_buffering off;`,
  ];
  return braces(`location ${matching}`, [
    // Without a buffered body nginx counts wrongly for SCGI.
    ...(isStreaming && site.protocol !== 'scgi' ? streaming : []),
    `${module}_pass ${site.protocol === 'http' ? 'http://' : ''}${site.name};`,
  ]);
}

function address(gateway: GatewayAddress): string {
  if (gateway.kind === 'unix') return quote(`unix:${gateway.path}`);
  return place(gateway);
}

function quote(text: string): string {
  if (/\p{Cc}/u.test(text) || text.includes('$')) {
    throw new SiteError(`nginx cannot be given ${JSON.stringify(text)}: it has "$" or control characters`);
  }
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
