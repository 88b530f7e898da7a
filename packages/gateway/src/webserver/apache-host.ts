// What every virtual host of Apache has, whichever module passes its requests on.
import { SiteError, type Site, type WebAddress } from './site.ts';
import { comment, escapePattern, indented, paragraphs } from './text.ts';

/** One line: a directive and its words. */
export function directive(name: string, words: string): string {
  return `${name} ${words}`;
}

/** A word in quotes. */
export function quote(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new SiteError(`${JSON.stringify(text)} has control characters`);
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A whole file: the modules it needs, where it listens, the virtual host. */
export function virtualHost(
  site: Site,
  modules: readonly string[],
  parts: readonly (readonly string[])[],
): readonly string[] {
  const { certificate, listen } = site;
  const port = certificate ? 443 : 80;
  const places = listen.length > 0 ? listen : [{ host: null, port }];
  const needed = [...modules, ...(certificate ? ['ssl'] : []), ...modulesOfFiles(site)];
  const listens = places.filter((place) => place.port !== port || place.host !== null);
  return paragraphs([
    [`# a2enmod ${[...new Set(needed)].join(' ')}`],
    // Debian's ports.conf listens on the usual ports of every address.
    listens.map((place) => `Listen ${addressOf(place)}`),
    [
      `<VirtualHost ${places.map((place) => addressOf({ host: '*', ...dropNull(place) })).join(' ')}>`,
      ...indented(paragraphs(parts)),
      '</VirtualHost>',
    ],
  ]);
}

function dropNull({ host, port }: WebAddress): { readonly host?: string; readonly port: number } {
  return host === null ? { port } : { host, port };
}

function addressOf({ host, port }: WebAddress): string {
  if (host === null) return String(port);
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Names, TLS, limits and files. `headerBytes`: the longest header that can be passed on. */
export function apacheHost(site: Site, headerBytes: number): readonly (readonly string[])[] {
  return [names(site), tls(site), limits(site, headerBytes), ...files(site), sendfile(site)];
}

function names({ serverNames }: Site): readonly string[] {
  const [first, ...others] = serverNames;
  if (first === undefined) return [];
  return [`ServerName ${first}`, ...(others.length > 0 ? [`ServerAlias ${others.join(' ')}`] : [])];
}

function tls({ certificate }: Site): readonly string[] {
  if (!certificate) return [];
  return [
    'SSLEngine on',
    `SSLCertificateFile ${quote(certificate.certificate)}`,
    `SSLCertificateKeyFile ${quote(certificate.key)}`,
  ];
}

function limits({ bodyMaxBytes }: Site, headerBytes: number): readonly string[] {
  return [
    ...comment(
      'Long cookies: a line of a request may have more than 8 KiB. For several hosts on one port, the first one decides.',
    ),
    `LimitRequestFieldSize ${headerBytes}`,
    `LimitRequestLine ${headerBytes}`,
    ...comment('As body.max of the gateway.'),
    `LimitRequestBody ${bodyMaxBytes}`,
  ];
}

function modulesOfFiles({ static: files, sendsFiles }: Site): readonly string[] {
  if (files.length === 0) return sendsFiles ? ['xsendfile'] : [];
  const isCached = files.some(({ cacheControl }) => cacheControl !== null);
  return ['alias', 'dir', 'mime', ...(isCached ? ['headers'] : []), ...(sendsFiles ? ['xsendfile'] : [])];
}

function files(site: Site): readonly (readonly string[])[] {
  return site.static.map(({ path, directory, index, cacheControl }) => {
    const target = path.endsWith('/') ? `${directory.replace(/\/$/, '')}/` : directory;
    return [
      ...comment('Nothing that begins with a dot is sent, as the gateway does not.'),
      `RedirectMatch 404 ${quote(`^${escapePattern(path)}(.*/)?\\.`)}`,
      `Alias ${quote(path)} ${quote(target)}`,
      `<Directory ${quote(directory)}>`,
      ...indented([
        'Require all granted',
        'Options None',
        'AllowOverride None',
        `DirectoryIndex ${index === null ? 'disabled' : quote(index)}`,
        ...(cacheControl === null ? [] : [`Header set Cache-Control ${quote(cacheControl)}`]),
      ]),
      '</Directory>',
    ];
  });
}

function sendfile({ sendsFiles, sendfileDirectories }: Site): readonly string[] {
  if (!sendsFiles) return [];
  const directories = Object.values(sendfileDirectories).map((path) => `XSendFilePath ${quote(path)}`);
  return [...comment('Files that the application names by X-Sendfile.'), 'XSendFile on', ...directories];
}
