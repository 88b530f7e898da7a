// Apache in front of a gateway, by the modules of mod_proxy: a file for sites-available.
import { apacheHost, directive, quote, virtualHost } from './apache-host.ts';
import { notTrusted, SiteError, type GatewayAddress, type Site, type WebProtocol } from './site.ts';
import { comment, paragraphs, wholeSeconds } from './text.ts';

/** What mod_proxy can speak to a gateway, best first. */
export const apacheProtocols: readonly WebProtocol[] = ['fastcgi', 'ajp', 'uwsgi', 'scgi', 'http'];

interface Dialect {
  /** The module, and the scheme of URLs. */
  readonly module: string;
  readonly scheme: string;
  /** Further parameters of `ProxyPass` and `BalancerMember`. */
  readonly parameters: readonly string[];
  /** The longest header Apache can pass on. */
  readonly headerBytes: number;
  /** The gateway gets the path encoded, as the client sent it. */
  readonly isEncoded: boolean;
}

const dialects: Readonly<Record<WebProtocol, Dialect>> = {
  // Without enablereuse there is a connection for each request. A longer pair is left out without a word.
  fastcgi: {
    module: 'proxy_fcgi',
    scheme: 'fcgi',
    parameters: ['enablereuse=on'],
    headerBytes: 16_000,
    isEncoded: false,
  },
  ajp: { module: 'proxy_ajp', scheme: 'ajp', parameters: [], headerBytes: 65_536, isEncoded: true },
  uwsgi: { module: 'proxy_uwsgi', scheme: 'uwsgi', parameters: [], headerBytes: 60_000, isEncoded: false },
  scgi: { module: 'proxy_scgi', scheme: 'scgi', parameters: [], headerBytes: 65_536, isEncoded: false },
  http: { module: 'proxy_http', scheme: 'http', parameters: [], headerBytes: 65_536, isEncoded: true },
};

/** The virtual host of a site. */
export function apacheConfig(site: Site): readonly string[] {
  const { module, headerBytes } = dialects[site.protocol];
  const isBalanced = site.gateways.length > 1;
  const modules = [
    'proxy',
    module,
    ...(site.protocol === 'http' ? ['headers'] : ['setenvif']),
    ...(isBalanced ? ['proxy_balancer', 'lbmethod_bybusyness', 'slotmem_shm'] : []),
  ];
  return virtualHost(site, modules, [
    ...apacheHost(site, headerBytes),
    ...(isBalanced ? [balancer(site)] : []),
    passing(site),
    paths(site),
  ]);
}

function passing(site: Site): readonly string[] {
  const { protocol, secret, packetBytes } = site;
  const { isEncoded } = dialects[protocol];
  const slashes = isEncoded
    ? [
        ...comment('An encoded slash (%2F) goes on as it is; by default it is a 404.'),
        directive('AllowEncodedSlashes', 'NoDecode'),
      ]
    : [
        ...comment('An encoded slash (%2F) is allowed; by default it is a 404.'),
        directive('AllowEncodedSlashes', 'On'),
      ];
  const common = paragraphs([slashes, protocol === 'http' ? [] : lengths]);
  switch (protocol) {
    case 'fastcgi':
      return [...common, ...passesAuthorization];
    case 'uwsgi':
      return common;
    case 'scgi':
      return [
        ...common,
        ...comment('The client gets the redirects of the application; Apache would follow some by itself.'),
        directive('ProxySCGIInternalRedirect', 'Off'),
        ...(site.sendsFiles ? [directive('ProxySCGISendfile', 'On')] : []),
        ...passesAuthorization,
      ];
    case 'ajp':
      return [
        ...common,
        ...comment(
          "The size of a packet, which the head of a request must fit into: packet_size of the gateway's listener.",
        ),
        directive('ProxyIOBufferSize', String(packetBytes)),
        ...(secret === null
          ? []
          : comment('The secret below is for nobody else to read: chmod 0600 this file.')),
      ];
    case 'http':
      return [
        ...common,
        ...(site.isTrusting ? [] : comment(notTrusted)),
        directive('ProxyPreserveHost', 'On'),
        directive('RequestHeader', 'set X-Forwarded-Proto expr=%{REQUEST_SCHEME}'),
      ];
  }
}

const lengths: readonly string[] = [
  ...comment(
    'Apache drops every Content-Length of a gateway otherwise. This one checks that a reply is as long as it says.',
  ),
  'SetEnvIf Request_Method . ap_trust_cgilike_cl=1',
];

const passesAuthorization: readonly string[] = [
  ...comment('The application sees Authorization; by default Apache keeps it.'),
  '<Location "/">',
  '    CGIPassAuth On',
  '</Location>',
];

// What goes where, most special first: Apache takes the first that fits.
function paths(site: Site): readonly string[] {
  const { mount, exceptions, static: files } = site;
  return [
    ...exceptions.map((path) => pass(site, path)),
    ...(files.length > 0 ? comment('Apache sends these by itself.') : []),
    ...files.map(({ path }) => `ProxyPass ${quote(path)} "!"`),
    ...comment(
      'Pieces of a reply go on at once, and an answer of the gateway is never the last for a minute.',
    ),
    pass(site, mount === '' ? '/' : mount),
  ];
}

function pass(site: Site, path: string): string {
  const { protocol, gateways, name } = site;
  const encoding = dialects[protocol].isEncoded ? ' mapping=encoded' : '';
  const [gateway] = gateways;
  if (gateways.length > 1) return `ProxyPass ${quote(path)} ${quote(`balancer://${name}${path}`)}${encoding}`;
  if (!gateway) throw new SiteError('there is no gateway');
  const words = [quote(path), quote(`${urlOf(site, gateway)}${path}`), ...parametersOf(site), 'retry=0'];
  return `ProxyPass ${words.join(' ')}${encoding}`;
}

function parametersOf(site: Site): readonly string[] {
  const { protocol, secret, silenceMs } = site;
  return [
    ...dialects[protocol].parameters,
    'flushpackets=on',
    `timeout=${wholeSeconds(silenceMs)}`,
    ...(protocol === 'ajp' && secret !== null ? [quote(`secret=${secret}`)] : []),
  ];
}

function balancer(site: Site): readonly string[] {
  const members = site.gateways.map((gateway) =>
    ['    BalancerMember', quote(urlOf(site, gateway)), ...parametersOf(site), 'retry=1'].join(' '),
  );
  return [
    ...comment(
      'The gateway with the fewest requests gets the next one. Whoever cannot be reached or answers 503 is left out for a second; the answer itself goes to the client, because Apache does not send a request twice.',
    ),
    `<Proxy "balancer://${site.name}">`,
    ...members,
    '    ProxySet lbmethod=bybusyness failonstatus=503',
    '</Proxy>',
  ];
}

function urlOf({ protocol }: Site, gateway: GatewayAddress): string {
  const { scheme } = dialects[protocol];
  if (gateway.kind === 'unix') return `unix:${gateway.path}|${scheme}://localhost`;
  const host = gateway.host.includes(':') ? `[${gateway.host}]` : gateway.host;
  return `${scheme}://${host}:${gateway.port}`;
}
