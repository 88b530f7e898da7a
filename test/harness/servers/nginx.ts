// nginx in front of a gateway.
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { until } from '../deadline.ts';
import { RunningProcess, type Exit } from '../process.ts';
import { program } from '../require.ts';
import type { Server, TestBed } from '../bed.ts';

/** How nginx is set up. */
export interface NginxOptions {
  readonly port: number;
  /** `unix:/path` or `127.0.0.1:port`. */
  readonly upstream: string;
  /** `fastcgi_keep_conn` and a `keepalive` pool. */
  readonly keepsConnections: boolean;
  /** `fastcgi_request_buffering`. */
  readonly buffersRequests: boolean;
  /** Lines of the error log at warn and above that belong to what the tests do. */
  readonly expectedLog?: readonly RegExp[];
}

// What nginx says at level warn about a large body that simply goes through a file.
const NORMAL = [
  /a client request body is buffered to a temporary file/,
  /an upstream response is buffered to a temporary file/,
];

/** A running nginx. */
export class Nginx implements Server {
  readonly name = 'nginx';
  readonly #process: RunningProcess;
  readonly #errorLog: string;
  readonly #expectedLog: RegExp[];

  constructor(process: RunningProcess, errorLog: string, expectedLog: readonly RegExp[]) {
    this.#process = process;
    this.#errorLog = errorLog;
    this.#expectedLog = [...NORMAL, ...expectedLog];
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
    const lines = readFileSync(this.#errorLog, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    return lines.filter((line) => !this.#expectedLog.some((pattern) => pattern.test(line)));
  }
}

/** Starts nginx and waits until it accepts connections. */
export async function startNginx(bed: TestBed, options: NginxOptions): Promise<Nginx> {
  const binary = program('nginx');
  const errorLog = bed.site.write('nginx-error.log', '');
  const config = bed.site.write('nginx.conf', configuration(bed, options, shippedParameters(binary)));
  bed.site.makeDirectory('nginx-temp');
  const running = new RunningProcess({
    name: 'nginx',
    command: binary,
    args: ['-p', bed.site.directory, '-c', config, '-e', errorLog],
    cwd: bed.site.directory,
  });
  const nginx = bed.add(new Nginx(running, errorLog, options.expectedLog ?? []));
  await until('nginx accepts connections', async () => {
    if (nginx.hasEnded) throw new Error(`nginx ended: ${running.output()} ${nginx.complaints().join('\n')}`);
    return (await accepts(options.port)) || undefined;
  });
  return nginx;
}

function configuration(bed: TestBed, options: NginxOptions, parameters: string): string {
  const temp = (name: string): string => bed.site.path(`nginx-temp/${name}`);
  return `${process.getuid?.() === 0 ? 'user root root;' : ''}
daemon off;
worker_processes 1;
pid ${bed.site.path('nginx.pid')};
error_log ${bed.site.path('nginx-error.log')} warn;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${temp('body')};
  fastcgi_temp_path ${temp('fastcgi')};
  proxy_temp_path ${temp('proxy')};
  scgi_temp_path ${temp('scgi')};
  uwsgi_temp_path ${temp('uwsgi')};
  client_max_body_size 256m;
  large_client_header_buffers 4 64k;
  upstream gateway {
    server ${options.upstream};
    ${options.keepsConnections ? 'keepalive 8;' : ''}
  }
  server {
    listen 127.0.0.1:${options.port};
    location / {
      fastcgi_pass gateway;
      include ${parameters};
      fastcgi_keep_conn ${options.keepsConnections ? 'on' : 'off'};
      fastcgi_request_buffering ${options.buffersRequests ? 'on' : 'off'};
      fastcgi_buffer_size 128k;
      fastcgi_buffers 4 128k;
    }
  }
}
`;
}

/** The `fastcgi_params` that came with this nginx: what its users include. */
function shippedParameters(binary: string): string {
  const { stderr } = spawnSync(binary, ['-V'], { encoding: 'utf8' });
  const [, conf = '/etc/nginx/nginx.conf'] = /--conf-path=(\S+)/.exec(stderr) ?? [];
  return join(dirname(conf), 'fastcgi_params');
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
