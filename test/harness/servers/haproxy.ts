// HAProxy, with what a temporary and unprivileged one needs around the configuration it is given.
import { launch, type WebServer, type WebServerOptions } from './web-server.ts';
import type { TestBed } from '../bed.ts';

/** How HAProxy is set up. */
export interface HaproxyOptions extends WebServerOptions {
  /** Its sections. A frontend among them binds `port`. */
  readonly sections: string;
}

// It says at level notice that it starts, and by what it was stopped.
const NORMAL = [
  /^\[NOTICE\]/,
  /^\[WARNING\] +\(\d+\) : (?:Exiting Master process|Current worker \(\d+\) exited|All workers exited)/,
  /^(?:Proxy|Stopping) .* (?:started|stopped|frontend|backend|proxy)/,
];

/** Starts HAProxy and waits until it accepts connections. */
export function startHaproxy(
  bed: TestBed,
  { port, sections, expectedLog = [] }: HaproxyOptions,
): Promise<WebServer> {
  const config = bed.site.write('haproxy.cfg', `${GLOBAL}\n${sections}\n`);
  return launch(bed, {
    name: 'haproxy',
    command: 'haproxy',
    args: ['-db', '-f', config],
    listensOn: port,
    expectedLog: [...NORMAL, ...expectedLog],
  });
}

const GLOBAL = `
global
  maxconn 512
  nbthread 1
  log stdout format raw daemon warning
defaults
  log global
  timeout connect 5s
  timeout client 60s
  timeout server 60s
`;
