// Caddy, with what a temporary and unprivileged one needs around the configuration it is given.
import { launch, type WebServer, type WebServerOptions } from './web-server.ts';
import type { TestBed } from '../bed.ts';

/** How Caddy is set up. */
export interface CaddyOptions extends WebServerOptions {
  /** Site blocks of a Caddyfile. One of them listens on `port`. */
  readonly sites: string;
}

// What it says at level warn of the way it is started here, and that it ends.
const NORMAL = [
  /Caddyfile input is not formatted/,
  /admin endpoint disabled/,
  /automatic HTTPS is completely disabled/,
  /exiting; byeee/,
];

/** Starts Caddy and waits until it accepts connections. */
export function startCaddy(
  bed: TestBed,
  { port, sites, expectedLog = [] }: CaddyOptions,
): Promise<WebServer> {
  const { site } = bed;
  const home = site.makeDirectory('caddy');
  const config = site.write('Caddyfile', `${GLOBAL}\n${sites}\n`);
  return launch(bed, {
    name: 'caddy',
    command: 'caddy',
    args: ['run', '--config', config, '--adapter', 'caddyfile'],
    env: { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
    listensOn: port,
    // Lines of its log are JSON; before it has read how to log, they are of another shape.
    expectedLog: [...NORMAL, ...expectedLog],
    isComplaint: (line) => /"level":"(?:warn|error|panic|fatal)"|^Error:/.test(line),
  });
}

const GLOBAL = `
{
  admin off
  auto_https off
}
`;
