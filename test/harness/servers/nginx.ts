// nginx, with what a temporary and unprivileged one needs around the configuration it is given.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { program } from '../require.ts';
import { launch, type WebServer, type WebServerOptions } from './web-server.ts';
import type { TestBed } from '../bed.ts';

/** How nginx is set up. */
export interface NginxOptions extends WebServerOptions {
  /** Default `nginx`; two in one bed need two names. */
  readonly name?: string;
  /** What stands in the `http` block: servers and their upstreams. One of them listens on `port`. */
  readonly http: string;
}

// What nginx says at level warn about a large body that simply goes through a file.
const NORMAL = [
  /a client request body is buffered to a temporary file/,
  /an upstream response is buffered to a temporary file/,
];

/** Starts nginx and waits until it accepts connections. */
export function startNginx(bed: TestBed, options: NginxOptions): Promise<WebServer> {
  const { name = 'nginx', port, expectedLog = [] } = options;
  const log = bed.site.write(`${name}-error.log`, '');
  const config = bed.site.write(`${name}.conf`, configuration(bed, name, options.http));
  return launch(bed, {
    name,
    command: 'nginx',
    args: ['-p', bed.site.directory, '-c', config, '-e', log],
    listensOn: port,
    logs: [log],
    expectedLog: [...NORMAL, ...expectedLog],
  });
}

function configuration({ site }: TestBed, name: string, http: string): string {
  const temp = site.makeDirectory(`${name}-temp`);
  return `${process.getuid?.() === 0 ? 'user root root;' : ''}
daemon off;
worker_processes 1;
pid ${site.path(`${name}.pid`)};
error_log ${site.path(`${name}-error.log`)} warn;
events { worker_connections 512; }
http {
  access_log off;
  types { text/css css; text/html html; }
  client_body_temp_path ${temp}/body;
  fastcgi_temp_path ${temp}/fastcgi;
  proxy_temp_path ${temp}/proxy;
  scgi_temp_path ${temp}/scgi;
  uwsgi_temp_path ${temp}/uwsgi;
  client_max_body_size 256m;
  large_client_header_buffers 4 64k;
${http}
}
`;
}

/** A file that came with this nginx, such as the `fastcgi_params` its users include. */
export function shippedWithNginx(file: string): string {
  const { stderr } = spawnSync(program('nginx'), ['-V'], { encoding: 'utf8' });
  const [, conf = '/etc/nginx/nginx.conf'] = /--conf-path=(\S+)/.exec(stderr) ?? [];
  return join(dirname(conf), file);
}
