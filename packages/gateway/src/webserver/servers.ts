// Every web server that a configuration can be made for.
import { apacheConfig, apacheProtocols } from './apache.ts';
import { nginxConfig, nginxProtocols } from './nginx.ts';
import type { Site, WebProtocol } from './site.ts';

/** One way to put a web server in front of a gateway. */
export interface WebServer {
  /** As it is named in messages. */
  readonly name: string;
  /** What it can speak to a gateway, best first. */
  readonly protocols: readonly WebProtocol[];
  /** It starts the gateway by itself. */
  readonly isSpawning: boolean;
  /** Where the file usually goes; NAME stands for the site. */
  readonly place: string;
  /** How it is checked and taken into use. */
  readonly use: string;
  readonly render: (site: Site) => readonly string[];
}

/** By the word of the command line; a module of a web server stands behind a colon. */
export const webServers: Readonly<Record<string, WebServer>> = {
  nginx: {
    name: 'nginx',
    protocols: nginxProtocols,
    isSpawning: false,
    place: '/etc/nginx/conf.d/NAME.conf',
    use: 'nginx -t && nginx -s reload',
    render: nginxConfig,
  },
  apache: {
    name: 'Apache',
    protocols: apacheProtocols,
    isSpawning: false,
    place: '/etc/apache2/sites-available/NAME.conf',
    use: 'a2ensite NAME && apachectl configtest && apachectl graceful',
    render: apacheConfig,
  },
};

/** The text of a configuration, with a head that says where it goes. */
export function renderSite(server: WebServer, site: Site): string {
  const { name, place, use, render } = server;
  const fill = (text: string): string => text.replaceAll('NAME', site.name);
  const head = [
    `# ${name} in front of ${site.name}, made by \`sluice config\`.`,
    `# ${fill(place)}; then: ${fill(use)}`,
  ];
  return `${[...head, '', ...render(site)].join('\n')}\n`;
}
