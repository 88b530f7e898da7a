// lighttpd in front of a container that speaks AJP, by mod_ajp13.
import { existsSync, readFileSync } from 'node:fs';
import { RunningProcess, type Exit } from '../process.ts';
import { program, programPart, type Part } from '../require.ts';
import { untilListening } from './listening.ts';
import type { Server, TestBed } from '../bed.ts';

/** How lighttpd is set up. */
export interface LighttpdOptions {
  readonly port: number;
  /** Where the container is: a port on 127.0.0.1, or the path of a Unix socket. */
  readonly container: number | string;
  /** Default: none is sent. */
  readonly secret?: string;
  /** PEM file with certificate and key. Default: plain HTTP. */
  readonly tls?: string;
}

/** What has to be installed. */
export const lighttpdParts: readonly Part[] = [
  programPart('lighttpd'),
  { name: "lighttpd's mod_ajp13", isPresent: existsSync('/usr/lib/lighttpd/mod_ajp13.so') },
];

// It has one log for everything it says.
const NORMAL = [/server started/, /server stopped by/, /graceful shutdown/];

/** A running lighttpd. */
export class Lighttpd implements Server {
  readonly name = 'lighttpd';
  readonly #process: RunningProcess;
  readonly #errorLog: string;
  readonly #expectedLog: RegExp[] = [...NORMAL];

  constructor(process: RunningProcess, errorLog: string) {
    this.#process = process;
    this.#errorLog = errorLog;
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

  /** Lines like this one are no complaint. */
  expectLog(pattern: RegExp): void {
    this.#expectedLog.push(pattern);
  }

  complaints(): string[] {
    return readFileSync(this.#errorLog, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !this.#expectedLog.some((pattern) => pattern.test(line)));
  }
}

/** Starts lighttpd and waits until it accepts connections. */
export async function startLighttpd(bed: TestBed, options: LighttpdOptions): Promise<Lighttpd> {
  const errorLog = bed.site.write('lighttpd-error.log', '');
  const config = bed.site.write('lighttpd.conf', configuration(bed, options, errorLog));
  const running = new RunningProcess({
    name: 'lighttpd',
    command: program('lighttpd'),
    args: ['-D', '-f', config],
    cwd: bed.site.directory,
  });
  const lighttpd = bed.add(new Lighttpd(running, errorLog));
  await untilListening(running, options.port, () => readFileSync(errorLog, 'utf8'));
  return lighttpd;
}

function configuration({ site }: TestBed, options: LighttpdOptions, errorLog: string): string {
  const { port, container, secret, tls } = options;
  const host =
    typeof container === 'number'
      ? `"host" => "127.0.0.1", "port" => ${container}`
      : `"socket" => "${container}"`;
  return [
    `server.document-root = "${site.directory}"`,
    `server.errorlog = "${errorLog}"`,
    `server.upload-dirs = ( "${site.makeDirectory('lighttpd-uploads')}" )`,
    'server.bind = "127.0.0.1"',
    `server.port = ${port}`,
    // Else a response reaches the client when it is complete.
    'server.stream-response-body = 2',
    'server.max-request-field-size = 65536',
    `server.modules = ( "mod_setenv", ${tls === undefined ? '' : '"mod_openssl", '}"mod_ajp13" )`,
    ...(tls === undefined ? [] : ['ssl.engine = "enable"', `ssl.pemfile = "${tls}"`]),
    ...(secret === undefined ? [] : [`setenv.set-environment = ( "AJP13_SECRET" => "${secret}" )`]),
    `ajp13.server = ( "" => (( ${host} )) )`,
    '',
  ].join('\n');
}
