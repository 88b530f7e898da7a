// Apache, with what a temporary and unprivileged one needs around the configuration it is given.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isWorthComplaint } from '../gateway.ts';
import { program, programPart, type Part } from '../require.ts';
import { launch, type Launch, type WebServer, type WebServerOptions } from './web-server.ts';
import type { TestBed } from '../bed.ts';

const MODULES = '/usr/lib/apache2/modules';

/** Where and how Apache takes TLS. Paths of PEM files. */
export interface ApacheTls {
  readonly certificate: string;
  readonly key: string;
  /** Authority of the client certificates; clients may come without one. */
  readonly clientAuthority: string;
}

/** How Apache is set up. */
export interface ApacheOptions extends WebServerOptions {
  /** Modules such as `rewrite`. */
  readonly modules?: readonly string[];
  readonly lines?: readonly string[];
  /** Default: plain HTTP. */
  readonly tls?: ApacheTls;
  /** Further files that are held to what they log. */
  readonly logs?: readonly string[];
  /** It starts gateways, which have to get at the files of whoever runs the tests. Default: no. */
  readonly isSpawning?: boolean;
}

/** What has to be installed for these modules. */
export function apacheParts(...modules: readonly string[]): Part[] {
  return [
    programPart('apache2'),
    ...modules.map((module) => ({
      name: `Apache's mod_${module}`,
      isPresent: existsSync(modulePath(module)),
    })),
  ];
}

// At warn, but nothing to mend: sessions are not cached; a package of OpenSSL is older than the one Apache was built with;
// it is stopped while a thread finishes with a connection, which the stop has closed under it.
const NORMAL = [/AH01873/, /AH01882/, /\(9\)Bad file descriptor: AH03093/];

/** Starts Apache and waits until it accepts connections. */
export function startApache(bed: TestBed, options: ApacheOptions): Promise<WebServer> {
  const log = bed.site.write('apache-error.log', '');
  const config = bed.site.write('apache.conf', configuration(bed, options, log));
  const args = ['-f', config, '-D', 'FOREGROUND'];
  return launch(bed, {
    name: 'apache',
    ...(options.isSpawning && isRoot() ? asNobody('apache2', args) : { command: 'apache2', args }),
    listensOn: options.port,
    logs: [log, ...(options.logs ?? [])],
    isComplaint: (line) =>
      line.startsWith('{')
        ? isWorthComplaint(line)
        : /\[(?:\w+:)?(?:emerg|alert|crit|error|warn)\]/.test(line),
    expectedLog: [...NORMAL, ...(options.expectedLog ?? [])],
  });
}

/** How Apache checks a site that `sluice config` has printed, without being started. */
export function apacheChecker(bed: TestBed, text: string): readonly string[] {
  const asked = /^# a2enmod (.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
  const modules = asked.filter((module) => existsSync(modulePath(module)));
  // Directives of a module that is not installed mean nothing to Apache.
  const lines = text.split('\n').filter((line) => modules.includes('xsendfile') || !/^\s*XSend/.test(line));
  const config = configuration(bed, { port: 18_080, modules, lines }, bed.site.path('error.log'));
  return ['-t', '-f', bed.site.write('apache.conf', config)];
}

function configuration({ site }: TestBed, options: ApacheOptions, log: string): string {
  const isListening = options.lines?.some((line) => line.startsWith('Listen ')) ?? false;
  const modules = new Set([
    'mpm_event',
    'authz_core',
    ...(options.tls ? ['ssl'] : []),
    ...(options.modules ?? []),
  ]);
  return [
    `ServerRoot ${site.directory}`,
    `PidFile ${site.path('apache.pid')}`,
    ...(modules.has('mime')
      ? [`TypesConfig ${site.write('mime.types', 'text/css css\ntext/html html\n')}`]
      : []),
    'Mutex sem',
    `ErrorLog ${log}`,
    'LogLevel warn',
    'ServerName localhost',
    ...(isListening ? [] : [`Listen 127.0.0.1:${options.port}`]),
    ...[...modules].map((module) => `LoadModule ${module}_module ${modulePath(module)}`),
    // Apache will not serve as root.
    ...(isRoot() ? ['User nobody', 'Group nogroup'] : []),
    'ServerLimit 1',
    'StartServers 1',
    'ThreadsPerChild 32',
    'MaxRequestWorkers 32',
    'MinSpareThreads 1',
    'LimitRequestFieldSize 65536',
    // Some modules cut a client off only when this is over, if a response broke off.
    'KeepAliveTimeout 1',
    ...(options.tls ? tlsLines(options.tls) : []),
    ...(options.lines ?? []),
    '',
  ].join('\n');
}

function tlsLines({ certificate, key, clientAuthority }: ApacheTls): string[] {
  return [
    'SSLEngine on',
    `SSLCertificateFile ${certificate}`,
    `SSLCertificateKeyFile ${key}`,
    `SSLCACertificateFile ${clientAuthority}`,
    'SSLVerifyClient optional',
    'SSLOptions +StdEnvVars +ExportCertData',
  ];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Runs a program as nobody, who nevertheless may open every file; so may what it starts. */
function asNobody(command: string, args: readonly string[]): Pick<Launch, 'command' | 'args'> {
  const capability = '+dac_override';
  const user = ['--reuid=nobody', '--regid=nogroup', '--clear-groups'];
  const rights = [`--inh-caps=${capability}`, `--ambient-caps=${capability}`];
  return { command: 'setpriv', args: [...user, ...rights, program(command), ...args] };
}

/** Where a module of Apache is. */
export function modulePath(module: string): string {
  return join(MODULES, `mod_${module}.so`);
}
