// nginx with one worker process in front of one backend, the same for every peer but for the protocol.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { freePort } from '../stage/ports.mjs';
import { program } from '../stage/requirements.mjs';

export const nginx = program({
  command: 'nginx',
  args: ['-v'],
  pattern: /nginx\/(\S+)/,
  debian: ['nginx-light'],
});

/**
 * How nginx passes requests on, by protocol. `isKept` keeps connections to the backend open; a backend that closes
 * them all the same makes nginx fail POST requests that meet a connection just being closed.
 */
const PASS = {
  fastcgi: (parameters, isKept) => `fastcgi_pass backend; include ${parameters}/fastcgi_params;
      ${isKept ? 'fastcgi_keep_conn on;' : ''}`,
  scgi: (parameters) => `scgi_pass backend; include ${parameters}/scgi_params;`,
  uwsgi: (parameters) => `uwsgi_pass backend; include ${parameters}/uwsgi_params;`,
  http: (_parameters, isKept) => `proxy_pass http://backend; proxy_set_header Host $http_host;
      ${isKept ? 'proxy_http_version 1.1; proxy_set_header Connection "";' : ''}`,
};

/**
 * Starts nginx and returns the URL it will answer at.
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {{protocol: keyof typeof PASS, upstream: string, isKept: boolean}} backend The upstream is `unix:PATH` or
 *   `HOST:PORT`.
 * @param {{connections?: number, kept?: number, lines?: readonly string[]}} [options] Connections at once; idle ones to a
 *   backend that are kept; further lines of its location.
 */
export async function startNginx(stage, backend, { connections = 4096, kept = 256, lines = [] } = {}) {
  const port = await freePort();
  const config = stage.write('nginx.conf', configuration(stage, port, backend, { connections, kept, lines }));
  const args = ['-p', stage.makeDirectory('nginx'), '-c', config, '-e', stage.path('nginx-error.log')];
  stage.spawn({ name: 'nginx', command: 'nginx', args, roleOf: () => 'web server' });
  return `http://127.0.0.1:${port}/`;
}

// The buffers hold an answer of a mebibyte, and nginx writes no temporary files for longer ones.
function configuration(stage, port, { protocol, upstream, isKept }, { connections, kept, lines }) {
  const temp = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];
  const buffers = ['fastcgi', 'proxy', 'scgi', 'uwsgi'];
  return `${process.getuid() === 0 ? 'user root root;' : ''}
daemon off;
worker_processes 1;
pid ${stage.path('nginx.pid')};
error_log ${stage.path('nginx-error.log')} warn;
events { worker_connections ${connections}; }
http {
  access_log off;
  keepalive_requests 1000000000;
  ${temp.map((name) => `${name}_temp_path ${stage.path('nginx')}/${name};`).join('\n  ')}
  ${buffers.map((name) => `${name}_buffer_size 16k; ${name}_buffers 40 32k;`).join('\n  ')}
  ${buffers.map((name) => `${name}_max_temp_file_size 0;`).join(' ')}
  client_max_body_size 0;
  client_body_buffer_size 128k;
  upstream backend {
    server ${upstream};
    ${isKept ? `keepalive ${kept}; keepalive_requests 1000000000;` : ''}
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      ${PASS[protocol](shippedParameters(), isKept)}
      ${lines.join('\n      ')}
    }
  }
}
`;
}

/** The directory of the `fastcgi_params` that came with this nginx: what its users include. */
function shippedParameters() {
  const { stderr } = spawnSync('nginx', ['-V'], { encoding: 'utf8' });
  return dirname(/--conf-path=(\S+)/.exec(stderr)?.[1] ?? join('/etc/nginx', 'nginx.conf'));
}
