// lighttpd in front of a container that speaks AJP.
import { startLighttpd, type LighttpdOptions } from './lighttpd.ts';
import type { TestBed } from '../bed.ts';
import type { WebServer } from './web-server.ts';

/** How lighttpd is set up. */
export interface LighttpdAjpOptions extends Pick<LighttpdOptions, 'port' | 'tls'> {
  /** Where the container is: a port on 127.0.0.1, or the path of a Unix socket. */
  readonly container: number | string;
  /** Default: none is sent. */
  readonly secret?: string;
}

/** Starts lighttpd and waits until it accepts connections. */
export function startLighttpdAjp(bed: TestBed, options: LighttpdAjpOptions): Promise<WebServer> {
  const { port, container, secret, tls } = options;
  const host =
    typeof container === 'number'
      ? `"host" => "127.0.0.1", "port" => ${container}`
      : `"socket" => "${container}"`;
  return startLighttpd(bed, {
    port,
    ...(tls !== undefined && { tls }),
    modules: ['mod_setenv', 'mod_ajp13'],
    lines: [
      // Else a response reaches the client when it is complete.
      'server.stream-response-body = 2',
      ...(secret === undefined ? [] : [`setenv.set-environment = ( "AJP13_SECRET" => "${secret}" )`]),
      `ajp13.server = ( "" => (( ${host} )) )`,
    ],
  });
}
