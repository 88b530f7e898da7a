// Apache in front of a container that speaks AJP, by mod_proxy_ajp or by mod_jk.
import { startApache, type ApacheOptions } from './apache.ts';
import type { TestBed } from '../bed.ts';
import type { WebServer } from './web-server.ts';

/** Which of Apache's two ways to speak AJP. */
export type Connector = 'proxy_ajp' | 'jk';

/** How Apache is set up. */
export interface ApacheAjpOptions extends Pick<ApacheOptions, 'port' | 'tls' | 'modules' | 'lines'> {
  readonly connector: Connector;
  /** Where the container is: a port on 127.0.0.1, or for mod_proxy_ajp the path of a Unix socket. */
  readonly container: number | string;
  /** Default: none is sent. */
  readonly secret?: string;
  /** Default: that of the modules, 8192. */
  readonly packetBytes?: number;
}

/** Starts Apache and waits until it accepts connections. */
export function startApacheAjp(bed: TestBed, options: ApacheAjpOptions): Promise<WebServer> {
  const { connector, port, tls, modules = [], lines = [] } = options;
  const isJk = connector === 'jk';
  return startApache(bed, {
    port,
    ...(tls && { tls }),
    modules: [...(isJk ? ['jk'] : ['proxy', 'proxy_ajp', 'setenvif']), ...modules],
    lines: [...(isJk ? jkLines(bed, options) : proxyLines(options)), ...lines],
    logs: isJk ? [bed.site.write('jk.log', '')] : [],
    // A connection that the container closes is remarked on at warn.
    expectedLog: [/AJP13 protocol: Reuse is set to false/],
  });
}

function proxyLines({ container, secret, packetBytes }: ApacheAjpOptions): string[] {
  const parameters = secret === undefined ? '' : ` secret=${secret}`;
  const url =
    typeof container === 'number' ? `ajp://127.0.0.1:${container}/` : `unix:${container}|ajp://localhost/`;
  return [
    // Else mod_proxy_ajp drops every Content-Length of a response.
    'SetEnvIf Request_Method . ap_trust_cgilike_cl=1',
    'AllowEncodedSlashes NoDecode',
    ...(packetBytes === undefined ? [] : [`ProxyIOBufferSize ${packetBytes}`]),
    `ProxyPass / ${url} mapping=encoded${parameters}`,
  ];
}

function jkLines({ site }: TestBed, options: ApacheAjpOptions): string[] {
  return [
    // With NoDecode mod_jk would encode the percent sign of %2F once more.
    'AllowEncodedSlashes On',
    `JkWorkersFile ${site.write('workers.properties', workers(options))}`,
    `JkShmFile ${site.path('jk.shm')}`,
    `JkLogFile ${site.path('jk.log')}`,
    'JkLogLevel warn',
    'JkMount /* gateway',
  ];
}

function workers({ container, secret, packetBytes }: ApacheAjpOptions): string {
  const settings = [
    'type=ajp13',
    'host=127.0.0.1',
    `port=${container}`,
    'ping_mode=A',
    // Else it sends a request again whose response has begun, and adds that one to the first.
    'recovery_options=7',
    ...(secret === undefined ? [] : [`secret=${secret}`]),
    ...(packetBytes === undefined ? [] : [`max_packet_size=${packetBytes}`]),
  ];
  return ['worker.list=gateway', ...settings.map((setting) => `worker.gateway.${setting}`), ''].join('\n');
}
