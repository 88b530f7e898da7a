// lighttpd, with what a temporary and unprivileged one needs around the configuration it is given.
import { existsSync } from 'node:fs';
import { isWorthComplaint } from '../gateway.ts';
import { programPart, type Part } from '../require.ts';
import { launch, type WebServer, type WebServerOptions } from './web-server.ts';
import type { TestBed } from '../bed.ts';

/** How lighttpd is set up. */
export interface LighttpdOptions extends WebServerOptions {
  /** Modules such as `mod_ajp13`, besides those that `lines` load. */
  readonly modules?: readonly string[];
  readonly lines: readonly string[];
  /** PEM file with certificate and key. Default: plain HTTP. */
  readonly tls?: string;
}

/** What has to be installed for these modules. */
export function lighttpdParts(...modules: readonly string[]): Part[] {
  return [
    programPart('lighttpd'),
    ...modules.map((module) => ({
      name: `lighttpd's ${module}`,
      isPresent: existsSync(`/usr/lib/lighttpd/${module}.so`),
    })),
  ];
}

// It has one log for everything it says.
const NORMAL = [/server started/, /server stopped by/, /graceful shutdown/];

/** Starts lighttpd and waits until it accepts connections. */
export function startLighttpd(bed: TestBed, options: LighttpdOptions): Promise<WebServer> {
  const log = bed.site.write('lighttpd-error.log', '');
  const config = bed.site.write('lighttpd.conf', configuration(bed, options, log));
  return launch(bed, {
    name: 'lighttpd',
    command: 'lighttpd',
    args: ['-D', '-f', config],
    listensOn: options.port,
    logs: [log],
    // Gateways that it starts write into its log.
    isComplaint: (line) => !line.startsWith('{') || isWorthComplaint(line),
    expectedLog: [...NORMAL, ...(options.expectedLog ?? [])],
  });
}

function configuration({ site }: TestBed, options: LighttpdOptions, log: string): string {
  const { port, modules = [], lines, tls } = options;
  const loaded = [...(tls === undefined ? [] : ['mod_openssl']), ...modules];
  return [
    `server.document-root = "${site.directory}"`,
    `server.errorlog = "${log}"`,
    `server.upload-dirs = ( "${site.makeDirectory('lighttpd-uploads')}" )`,
    'mimetype.assign = ( ".css" => "text/css", ".html" => "text/html" )',
    'server.bind = "127.0.0.1"',
    `server.port = ${port}`,
    ...(lines.some((line) => line.startsWith('server.max-request-field-size'))
      ? []
      : ['server.max-request-field-size = 65536']),
    `server.modules = ( ${loaded.map((module) => `"${module}"`).join(', ')} )`,
    ...(tls === undefined ? [] : ['ssl.engine = "enable"', `ssl.pemfile = "${tls}"`]),
    ...lines,
    '',
  ].join('\n');
}
