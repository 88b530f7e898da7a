// HAProxy in front of a gateway: sections for haproxy.cfg.
import { notTrusted, SiteError, type GatewayAddress, type Site, type WebProtocol } from './site.ts';
import { comment, indented, paragraphs, wholeSeconds } from './text.ts';

/** What HAProxy can speak to a gateway, best first. */
export const haproxyProtocols: readonly WebProtocol[] = ['fastcgi', 'http'];

/** A frontend, a backend, and for FastCGI the application. */
export function haproxyConfig(site: Site): readonly string[] {
  return paragraphs([
    section('global', [
      ...comment(
        'The head of a request, and that of a reply, must fit into this; by default, 16 KiB. Not more: HAProxy 2.6 makes FastCGI records of a whole buffer, and their length has two bytes.',
      ),
      'tune.bufsize 65536',
    ]),
    section(`frontend ${site.name}`, frontend(site)),
    section(`backend ${site.name}`, backend(site)),
    ...(site.protocol === 'fastcgi' ? [section(`fcgi-app ${site.name}`, fcgiApp())] : []),
  ]);
}

function section(head: string, lines: readonly string[]): readonly string[] {
  return [head, ...indented(lines)];
}

function frontend({ name, listen, certificate, serverNames, mount, silenceMs }: Site): readonly string[] {
  const places = listen.length > 0 ? listen : [{ host: null, port: certificate ? 443 : 80 }];
  // HAProxy reads certificate and key from one file, or the key from a file beside it.
  const tls = certificate ? ` ssl crt ${word(certificate.certificate)}` : '';
  const isHere = [
    ...(serverNames.length > 0
      ? [`acl is_${name} hdr(host),field(1,:),lower -m ${hostMatch(serverNames)}`]
      : []),
    ...(mount === ''
      ? []
      : [`acl is_below path ${word(mount)}`, `acl is_below path_beg ${word(`${mount}/`)}`]),
  ];
  const conditions = [
    ...(serverNames.length > 0 ? [`is_${name}`] : []),
    ...(mount === '' ? [] : ['is_below']),
  ];
  return [
    'mode http',
    ...(certificate
      ? comment(
          `The key ${certificate.key} has to be in the same file as the certificate, or beside it as its name with .key.`,
        )
      : []),
    ...places.map(
      ({ host, port }) =>
        `bind ${host === null ? '*' : host.includes(':') ? `[${host}]` : host}:${port}${tls}`,
    ),
    `timeout client ${wholeSeconds(silenceMs)}s`,
    'timeout http-request 10s',
    ...isHere,
    conditions.length === 0 ? `default_backend ${name}` : `use_backend ${name} if ${conditions.join(' ')}`,
  ];
}

function hostMatch(names: readonly string[]): string {
  const [wildcard] = names.filter((name) => name.includes('*'));
  if (wildcard === undefined) return `str ${names.join(' ')}`;
  const patterns = names.map((name) => name.replaceAll('.', '\\\\.').replace('*', '[^.]+'));
  return `reg ${patterns.map((pattern) => `^${pattern}$`).join(' ')}`;
}

function backend(site: Site): readonly string[] {
  const { name, protocol, gateways, silenceMs, isProxied } = site;
  const isBalanced = gateways.length > 1;
  const isFastCgi = protocol === 'fastcgi';
  const servers = gateways.map((gateway, index) => {
    const words = ['server', `gateway${index + 1}`, address(gateway), ...(isFastCgi ? ['proto fcgi'] : [])];
    if (isProxied) words.push('send-proxy-v2');
    return [...words, ...(isBalanced ? ['check'] : [])].join(' ');
  });
  return [
    'mode http',
    'timeout connect 2s',
    ...comment(
      'A little more than request_timeout and queue.timeout, so that the gateway is the one to answer.',
    ),
    `timeout server ${wholeSeconds(silenceMs)}s`,
    ...(isFastCgi
      ? [
          `use-fcgi-app ${name}`,
          ...comment(
            'A body of unknown length (chunked): HAProxy tells the length of what it has. All of it has to fit into tune.bufsize, else it is a 400.',
          ),
          'option http-buffer-request',
        ]
      : [
          ...(site.isTrusting ? [] : comment(notTrusted)),
          'option forwardfor',
          'http-request set-header X-Forwarded-Proto https if { ssl_fc }',
          'http-request set-header X-Forwarded-Proto http if !{ ssl_fc }',
        ]),
    ...(isBalanced
      ? [
          ...comment(
            'The gateway with the fewest requests gets the next one. One that is overloaded (503) or cannot be reached: the next one is asked, but only with a request that may be sent twice.',
          ),
          'balance leastconn',
          'option redispatch 1',
          `retries ${gateways.length - 1}`,
          'retry-on conn-failure empty-response 503',
          'http-request disable-l7-retry unless METH_GET',
        ]
      : []),
    ...(gateways.some(({ kind }) => kind === 'unix')
      ? comment('With "chroot" in its global section HAProxy looks for the socket below that directory.')
      : []),
    ...servers,
  ];
}

// SCRIPT_NAME is the whole path then, and the gateway cuts it.
function fcgiApp(): readonly string[] {
  return [
    ...comment('HAProxy insists on one; the gateway does not look at it.'),
    'docroot /',
    'no option get-values',
    'option keep-conn',
    ...comment('HAProxy would keep Authorization from the application.'),
    'pass-header authorization',
  ];
}

function address(gateway: GatewayAddress): string {
  if (gateway.kind === 'unix') return word(`unix@${gateway.path}`);
  return `${gateway.host.includes(':') ? `[${gateway.host}]` : gateway.host}:${gateway.port}`;
}

function word(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new SiteError(`${JSON.stringify(text)} has control characters`);
  return text.replace(/[\s"'\\#$]/g, '\\$&');
}
