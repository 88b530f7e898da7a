// lighttpd in front of a gateway: a file for conf-enabled.
import { blankSeparated, spawnedCommand } from './spawn.ts';
import { SiteError, type GatewayAddress, type Site, type WebProtocol } from './site.ts';
import { braces, comment, escapePattern, indented, paragraphs, wholeSeconds } from './text.ts';

/** What lighttpd can speak to a gateway, best first. */
export const lighttpdProtocols: readonly WebProtocol[] = ['fastcgi', 'scgi', 'ajp', 'uwsgi', 'http'];

/** The file for a gateway that runs by itself. */
export function lighttpdConfig(site: Site): readonly string[] {
  checkPaths(site);
  const hosts = site.gateways.map((gateway) => hostOf(gateway));
  return file(
    site,
    hosts.map((host) => [...host, ...hostSettings(site)]),
  );
}

/** The file for a gateway that lighttpd starts. */
export function lighttpdSpawnConfig(site: Site): readonly string[] {
  const settings = [
    `"bin-path" => ${quote(blankSeparated(spawnedCommand(site)))}`,
    // Each would be a gateway of its own, with all the workers of one.
    '"max-procs" => 1',
    `"socket" => ${quote(`/run/lighttpd/${site.name}.sock`)}`,
  ];
  return file(site, [[...settings, ...hostSettings(site)]]);
}

function file(site: Site, hosts: readonly (readonly string[])[]): readonly string[] {
  const body = paragraphs([limits(site), ...files(site), passing(site, hosts)]);
  return paragraphs([modules(site), requestLimits(site), ...places(site, conditional(site, body))]);
}

const modulesOf: Readonly<Record<WebProtocol, string>> = {
  fastcgi: 'mod_fastcgi',
  scgi: 'mod_scgi',
  uwsgi: 'mod_scgi',
  ajp: 'mod_ajp13',
  http: 'mod_proxy',
};

function modules(site: Site): readonly string[] {
  const { protocol, static: statics, certificate } = site;
  const isCached = statics.some(({ cacheControl }) => cacheControl !== null);
  const needed = [
    ...(certificate ? ['mod_openssl'] : []),
    ...(statics.length > 0 ? ['mod_access', 'mod_alias'] : []),
    ...(isCached || site.secret !== null ? ['mod_setenv'] : []),
    modulesOf[protocol],
  ];
  return [`server.modules += ( ${needed.map(quote).join(', ')} )`];
}

function requestLimits(site: Site): readonly string[] {
  if (site.protocol === 'ajp') return [];
  return [
    ...comment('Long cookies: all headers of a request may have 64 KiB instead of 8.'),
    'server.max-request-field-size = 65535',
  ];
}

// An own port needs a condition, and so do names and a mount point.
function places({ listen, certificate }: Site, body: readonly string[]): readonly (readonly string[])[] {
  const tls = certificate
    ? [
        'ssl.engine = "enable"',
        `ssl.pemfile = ${quote(certificate.certificate)}`,
        `ssl.privkey = ${quote(certificate.key)}`,
      ]
    : [];
  const addresses = listen.length > 0 ? listen : certificate ? [{ host: null, port: 443 }] : [];
  if (addresses.length === 0) return [body];
  return addresses.map(({ host, port }) => {
    const place = `${host === null ? '' : host.includes(':') ? `[${host}]` : host}:${port}`;
    return braces(`$SERVER["socket"] == ${quote(place)}`, paragraphs([tls, body]));
  });
}

function conditional({ serverNames }: Site, body: readonly string[]): readonly string[] {
  if (serverNames.length === 0) return body;
  const names = serverNames.map((name) => escapePattern(name).replace('\\*', '[^.:]+'));
  return braces(`$HTTP["host"] =~ ${quote(`^(${names.join('|')})(:[0-9]+)?$`)}`, body);
}

function limits(site: Site): readonly string[] {
  const { bodyMaxBytes, streamingPaths, protocol } = site;
  return [
    ...comment('Each piece of a reply goes on at once; otherwise a reply is collected before it is sent.'),
    'server.stream-response-body = 2',
    ...(streamingPaths.length > 0 && protocol === 'fastcgi'
      ? [...comment('The application reads bodies while they arrive.'), 'server.stream-request-body = 2']
      : []),
    ...comment('As body.max of the gateway, in KiB.'),
    `server.max-request-size = ${Math.ceil(bodyMaxBytes / 1024)}`,
  ];
}

function files({ static: statics }: Site): readonly (readonly string[])[] {
  return statics.map(({ path, directory, index, cacheControl }) => {
    const target = path.endsWith('/') ? `${directory.replace(/\/$/, '')}/` : directory;
    return [
      `alias.url += ( ${quote(path)} => ${quote(target)} )`,
      ...braces(`$HTTP["url"] =~ ${quote(`^${escapePattern(path)}(.*/)?\\.`)}`, [
        ...comment('Nothing that begins with a dot is sent, as the gateway does not.'),
        'url.access-deny = ( "" )',
      ]),
      ...(index === null && cacheControl === null
        ? []
        : braces(`$HTTP["url"] =~ ${quote(`^${escapePattern(path)}`)}`, [
            ...(index === null ? [] : [`index-file.names = ( ${quote(index)} )`]),
            ...(cacheControl === null
              ? []
              : [`setenv.set-response-header = ( "Cache-Control" => ${quote(cacheControl)} )`]),
          ])),
    ];
  });
}

function passing(site: Site, hosts: readonly (readonly string[])[]): readonly string[] {
  const { mount, static: statics, exceptions, protocol } = site;
  const server =
    protocol === 'ajp' ? 'ajp13' : protocol === 'http' ? 'proxy' : protocol === 'uwsgi' ? 'scgi' : protocol;
  const rule = [
    ...(hosts.length > 1
      ? [
          ...comment(
            'In turns, because lighttpd does not ask another one after a 503, and whoever refuses quickly has the fewest requests. One that cannot be reached is left out for a second.',
          ),
          `${server}.balance = "round-robin"`,
        ]
      : []),
    ...(protocol === 'uwsgi' ? ['scgi.protocol = "uwsgi"'] : []),
    `${server}.server = ( ${quote(mount === '' ? (protocol === 'ajp' ? '' : '/') : mount)} => (`,
    ...indented(hosts.map((host) => `( ${host.join(', ')} ),`)),
    '))',
  ];
  const asked =
    mount === '' ? rule : braces(`$HTTP["url"] =~ ${quote(`^${escapePattern(mount)}(/|$)`)}`, rule);
  if (statics.length === 0) return asked;
  const own = exceptions.map((path) => escapePattern(path)).join('|');
  const sent = statics.map(({ path }) => escapePattern(path)).join('|');
  const pattern = own === '' ? `^(${sent})` : `^(?!(${own}))(${sent})`;
  return [
    ...comment('lighttpd sends the files above by itself.'),
    ...braces(`$HTTP["url"] !~ ${quote(pattern)}`, asked),
  ];
}

function hostOf(gateway: GatewayAddress): readonly string[] {
  if (gateway.kind === 'unix') return [`"socket" => ${quote(gateway.path)}`];
  return [`"host" => ${quote(gateway.host)}`, `"port" => ${gateway.port}`];
}

function hostSettings(site: Site): readonly string[] {
  const { protocol, mount, sendsFiles, sendfileDirectories, silenceMs } = site;
  const common = [`"read-timeout" => ${wholeSeconds(silenceMs)}`, '"disable-time" => 1'];
  if (protocol === 'http' || protocol === 'ajp') return common;
  const directories = Object.values(sendfileDirectories).map(quote);
  return [
    // There need not be a file for a path.
    '"check-local" => "disable"',
    // Else SCRIPT_NAME is the whole path.
    ...(mount === '' ? ['"fix-root-scriptname" => "enable"'] : []),
    ...(sendsFiles
      ? ['"x-sendfile" => "enable"', `"x-sendfile-docroot" => ( ${directories.join(', ')} )`]
      : []),
    ...common,
  ];
}

function checkPaths({ protocol, isPathDecoded, secret, certificate }: Site): void {
  if (protocol !== 'ajp') return;
  if (!isPathDecoded) {
    throw new SiteError(
      'lighttpd decodes %XX in paths before it sends them over AJP; add decoded_path = true to the [[listen]] for ajp',
    );
  }
  if (secret !== null && certificate === null) {
    throw new SiteError(
      'lighttpd sends a secret over AJP only where the client came over TLS; give --certificate, or take a Unix socket and no secret_file',
    );
  }
}

function quote(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new SiteError(`${JSON.stringify(text)} has control characters`);
  // A backslash is one, except before a quote.
  return `"${text.replaceAll('"', '\\"')}"`;
}
