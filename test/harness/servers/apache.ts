// Apache in front of a container that speaks AJP, by mod_proxy_ajp or by mod_jk.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunningProcess, type Exit } from '../process.ts';
import { program, programPart, type Part } from '../require.ts';
import { untilListening } from './listening.ts';
import type { Server, TestBed } from '../bed.ts';

const MODULES = '/usr/lib/apache2/modules';

/** Which of Apache's two ways to speak AJP. */
export type Connector = 'mod_proxy_ajp' | 'mod_jk';

/** Where and how Apache takes TLS. Paths of PEM files. */
export interface ApacheTls {
  readonly certificate: string;
  readonly key: string;
  /** Authority of the client certificates; clients may come without one. */
  readonly clientAuthority: string;
}

/** How Apache is set up. */
export interface ApacheOptions {
  readonly connector: Connector;
  readonly port: number;
  /** Where the container is: a port on 127.0.0.1, or for mod_proxy_ajp the path of a Unix socket. */
  readonly container: number | string;
  /** Default: none is sent. */
  readonly secret?: string;
  /** Default: that of the modules, 8192. */
  readonly packetBytes?: number;
  /** Default: plain HTTP. */
  readonly tls?: ApacheTls;
  /** Further modules, such as `rewrite`. */
  readonly modules?: readonly string[];
  /** Further lines of the configuration. */
  readonly lines?: readonly string[];
}

/** What has to be installed. */
export function apacheParts(connector: Connector): Part[] {
  const module = join(MODULES, `${connector}.so`);
  return [programPart('apache2'), { name: `Apache's ${connector}`, isPresent: existsSync(module) }];
}

// At warn, but nothing to mend: sessions are not cached, and a connection the container closes is remarked on.
const NORMAL = [/AH01873/, /AJP13 protocol: Reuse is set to false/];

/** A running Apache. */
export class Apache implements Server {
  readonly name = 'apache';
  readonly #process: RunningProcess;
  readonly #logs: readonly string[];
  readonly #expectedLog: RegExp[] = [...NORMAL];

  constructor(process: RunningProcess, logs: readonly string[]) {
    this.#process = process;
    this.#logs = logs;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get hasEnded(): boolean {
    return this.#process.hasEnded;
  }

  stop(): Promise<Exit> {
    return this.#process.stop('SIGTERM');
  }

  /** Lines at warn and above like this one are no complaint. */
  expectLog(pattern: RegExp): void {
    this.#expectedLog.push(pattern);
  }

  complaints(): string[] {
    const lines = this.#logs.flatMap((path) => readFileSync(path, 'utf8').split('\n'));
    return lines.filter(
      (line) =>
        /\[(?:\w+:)?(?:emerg|alert|crit|error|warn)\]/.test(line) &&
        !this.#expectedLog.some((pattern) => pattern.test(line)),
    );
  }
}

/** Starts Apache and waits until it accepts connections. */
export async function startApache(bed: TestBed, options: ApacheOptions): Promise<Apache> {
  const { site } = bed;
  const logs = [site.write('apache-error.log', ''), site.write('jk.log', '')];
  const config = site.write('apache.conf', configuration(bed, options));
  if (options.connector === 'mod_jk') site.write('workers.properties', workers(options));
  const running = new RunningProcess({
    name: 'apache',
    command: program('apache2'),
    args: ['-f', config, '-D', 'FOREGROUND'],
    cwd: site.directory,
  });
  const apache = bed.add(new Apache(running, logs));
  await untilListening(running, options.port, () => apache.complaints().join('\n'));
  return apache;
}

function configuration(bed: TestBed, options: ApacheOptions): string {
  const { site } = bed;
  const isRoot = process.getuid?.() === 0;
  return [
    `ServerRoot ${site.directory}`,
    `PidFile ${site.path('apache.pid')}`,
    'Mutex sem',
    `ErrorLog ${site.path('apache-error.log')}`,
    'LogLevel warn',
    'ServerName localhost',
    `Listen 127.0.0.1:${options.port}`,
    load('mpm_event'),
    load('authz_core'),
    // Apache will not serve as root.
    ...(isRoot ? ['User nobody', 'Group nogroup'] : []),
    'ServerLimit 1',
    'StartServers 1',
    'ThreadsPerChild 32',
    'MaxRequestWorkers 32',
    'MinSpareThreads 1',
    'LimitRequestFieldSize 65536',
    ...(options.tls ? tlsLines(options.tls) : []),
    ...(options.connector === 'mod_jk' ? jkLines(bed) : proxyLines(options)),
    ...(options.modules ?? []).map(load),
    ...(options.lines ?? []),
    '',
  ].join('\n');
}

function proxyLines({ container, secret, packetBytes }: ApacheOptions): string[] {
  const parameters = secret === undefined ? '' : ` secret=${secret}`;
  const url =
    typeof container === 'number' ? `ajp://127.0.0.1:${container}/` : `unix:${container}|ajp://localhost/`;
  return [
    load('proxy'),
    load('proxy_ajp'),
    load('setenvif'),
    // Else mod_proxy_ajp drops every Content-Length of a response.
    'SetEnvIf Request_Method . ap_trust_cgilike_cl=1',
    'AllowEncodedSlashes NoDecode',
    ...(packetBytes === undefined ? [] : [`ProxyIOBufferSize ${packetBytes}`]),
    `ProxyPass / ${url} mapping=encoded${parameters}`,
  ];
}

function jkLines({ site }: TestBed): string[] {
  return [
    load('jk'),
    // With NoDecode mod_jk would encode the percent sign of %2F once more.
    'AllowEncodedSlashes On',
    `JkWorkersFile ${site.path('workers.properties')}`,
    `JkShmFile ${site.path('jk.shm')}`,
    `JkLogFile ${site.path('jk.log')}`,
    'JkLogLevel warn',
    'JkMount /* gateway',
  ];
}

function workers({ container, secret, packetBytes }: ApacheOptions): string {
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

function tlsLines({ certificate, key, clientAuthority }: ApacheTls): string[] {
  return [
    load('ssl'),
    'SSLEngine on',
    `SSLCertificateFile ${certificate}`,
    `SSLCertificateKeyFile ${key}`,
    `SSLCACertificateFile ${clientAuthority}`,
    'SSLVerifyClient optional',
    'SSLOptions +StdEnvVars +ExportCertData',
  ];
}

function load(module: string): string {
  return `LoadModule ${module}_module ${join(MODULES, `mod_${module}.so`)}`;
}
