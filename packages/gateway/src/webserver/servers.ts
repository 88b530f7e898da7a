// Every web server that a configuration can be made for, and systemd.
import type { GatewayConfig } from '../config/types.ts';
import { apacheFcgidConfig } from './apache-fcgid.ts';
import { apacheJkConfig } from './apache-jk.ts';
import { apacheConfig, apacheProtocols } from './apache.ts';
import { caddyConfig, caddyProtocols } from './caddy.ts';
import { haproxyConfig, haproxyProtocols } from './haproxy.ts';
import { lighttpdConfig, lighttpdProtocols, lighttpdSpawnConfig } from './lighttpd.ts';
import { nginxConfig, nginxProtocols } from './nginx.ts';
import type { Site, WebProtocol } from './site.ts';
import { systemdUnits } from './systemd.ts';

/** One way to put a web server in front of a gateway. */
export interface WebServer {
  /** As it is named in messages. */
  readonly name: string;
  /** What it can speak to a gateway, best first. */
  readonly protocols: readonly WebProtocol[];
  /** `alone`: the gateway runs by itself. `spawned`: the web server starts it. `service`: systemd does. */
  readonly start: 'alone' | 'spawned' | 'service';
  /** It can begin connections with a PROXY header. Default: no. */
  readonly speaksProxyProtocol?: boolean;
  /** Where the file usually goes, and how it is taken into use; NAME stands for the site. */
  readonly place: string;
  readonly render: (site: Site, config: GatewayConfig) => readonly string[];
}

const apachePlace =
  '/etc/apache2/sites-available/NAME.conf; then: a2ensite NAME && apachectl configtest && apachectl graceful';
const lighttpdPlace =
  '/etc/lighttpd/conf-enabled/90-NAME.conf; then: lighttpd -tt -f /etc/lighttpd/lighttpd.conf && systemctl restart lighttpd';

/** By the word of the command line; a module of a web server stands behind a colon. */
export const webServers: Readonly<Record<string, WebServer>> = {
  nginx: {
    name: 'nginx',
    protocols: nginxProtocols,
    start: 'alone',
    place: '/etc/nginx/conf.d/NAME.conf; then: nginx -t && nginx -s reload',
    render: nginxConfig,
  },
  apache: {
    name: 'Apache',
    protocols: apacheProtocols,
    start: 'alone',
    place: apachePlace,
    render: apacheConfig,
  },
  'apache:mod_jk': {
    name: 'Apache with mod_jk',
    protocols: ['ajp'],
    start: 'alone',
    place: apachePlace,
    render: apacheJkConfig,
  },
  'apache:mod_fcgid': {
    name: 'Apache with mod_fcgid',
    protocols: ['fastcgi'],
    start: 'spawned',
    place: apachePlace,
    render: apacheFcgidConfig,
  },
  lighttpd: {
    name: 'lighttpd',
    protocols: lighttpdProtocols,
    start: 'alone',
    place: lighttpdPlace,
    render: lighttpdConfig,
  },
  'lighttpd:spawn': {
    name: 'lighttpd',
    protocols: ['fastcgi'],
    start: 'spawned',
    place: lighttpdPlace,
    render: lighttpdSpawnConfig,
  },
  haproxy: {
    name: 'HAProxy',
    protocols: haproxyProtocols,
    speaksProxyProtocol: true,
    start: 'alone',
    place:
      'part of /etc/haproxy/haproxy.cfg; then: haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl reload haproxy',
    render: haproxyConfig,
  },
  caddy: {
    name: 'Caddy',
    protocols: caddyProtocols,
    start: 'alone',
    place: 'part of /etc/caddy/Caddyfile; then: caddy reload --config /etc/caddy/Caddyfile',
    render: caddyConfig,
  },
  systemd: {
    name: 'systemd',
    protocols: [],
    start: 'service',
    place:
      'Each goes into the file that is named above it; then: systemctl daemon-reload && systemctl enable --now NAME',
    render: systemdUnits,
  },
};

/** The text of a configuration, with a head that says where it goes. */
export function renderSite(
  { name, place, start, render }: WebServer,
  site: Site,
  config: GatewayConfig,
): string {
  const what = start === 'service' ? `Units for ${site.name}` : `${name} in front of ${site.name}`;
  const head = [`# ${what}, made by \`sluice config\`.`, `# ${place.replaceAll('NAME', site.name)}`];
  return `${[...head, '', ...render(site, config)].join('\n')}\n`;
}
