// Web servers as people have set them up for flup, in front of a script that is mounted at /app.
import { installScript, scriptCommand, startCommand, startScript, type Way } from '../harness/flup/script.ts';
import { program, programPart, type Part } from '../harness/require.ts';
import { apacheParts, startApache } from '../harness/servers/apache.ts';
import { lighttpdParts, startLighttpd } from '../harness/servers/lighttpd.ts';
import { startNginx } from '../harness/servers/nginx.ts';
import type { TestBed } from '../harness/bed.ts';

/** A web server and a script. */
export interface FlupFront {
  readonly name: string;
  readonly needs: readonly Part[];
  /** Over AJP flup answers an error with status 200. */
  readonly isAjp?: boolean;
  /** The script is started for it, with its socket: then it is also tried unmodified. */
  readonly isSpawning?: boolean;
  /** Starts both and returns the port of the web server. */
  start(bed: TestBed, way: Way, python?: string): Promise<number>;
}

/** flup sends tracebacks to the web server, over several lines. */
const TRACEBACKS = [/FastCGI sent in stderr/, /^ {2}/, /ZeroDivisionError/];
/** What scripts write goes into the log of the web server that has started them. */
const SPAWNED = [/./];

const NGINX_VARIABLES = [
  'REQUEST_METHOD $request_method',
  'REQUEST_URI $request_uri',
  'QUERY_STRING $query_string',
  'CONTENT_TYPE $content_type',
  'SERVER_PROTOCOL $server_protocol',
  'SERVER_NAME $server_name',
  'SERVER_PORT $server_port',
  'REMOTE_ADDR $remote_addr',
];

// The location is split by hand, in the way that the wiki of every framework showed.
function nginxSite(port: number, kind: 'fastcgi' | 'scgi', to: string): string {
  const lines = NGINX_VARIABLES.map((line) => `${kind}_param ${line};`);
  return `
  map $uri $below { "~^/app(?<rest>.*)$" $rest; }
  server {
    listen 127.0.0.1:${port};
    location /app {
      ${lines.join('\n      ')}
      ${kind}_param SCRIPT_NAME /app;
      ${kind}_param PATH_INFO $below;
      ${kind === 'scgi' ? 'scgi_param SCGI 1;' : 'fastcgi_param CONTENT_LENGTH $content_length;'}
      ${kind}_pass ${to};
    }
  }`;
}

function options(
  way: Way,
  server: string,
  given: Readonly<Record<string, unknown>>,
  python?: string,
): {
  readonly way: Way;
  readonly server: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly python?: string;
} {
  return { way, server, arguments: given, ...(python !== undefined && { python }) };
}

function behindNginx(
  kind: 'fastcgi' | 'scgi',
  server: string,
  given: Readonly<Record<string, unknown>> = {},
): FlupFront {
  return {
    name: `nginx, ${kind}_pass, ${server}`,
    needs: [programPart('nginx')],
    async start(bed, way, python) {
      const socket = bed.site.path('script');
      const all = { ...given, bindAddress: socket, umask: 0 };
      await startScript(bed, options(way, server, all, python), socket);
      const port = await bed.reservePort();
      const http = nginxSite(port, kind, `unix:${socket}`);
      await startNginx(bed, { port, http, expectedLog: TRACEBACKS });
      return port;
    },
  };
}

function behindApache(kind: 'ajp' | 'scgi', server: string): FlupFront {
  return {
    name: `Apache, mod_proxy_${kind}, ${server}`,
    needs: apacheParts('proxy', `proxy_${kind}`),
    isAjp: kind === 'ajp',
    async start(bed, way, python) {
      const back = await bed.reservePort();
      const given = { bindAddress: ['127.0.0.1', back], scriptName: '/app' };
      await startScript(bed, options(way, server, given, python), back);
      const port = await bed.reservePort();
      // After an upload, flup does not answer on the same connection.
      const reuse = kind === 'ajp' && way === 'flup' ? ' disablereuse=on' : '';
      const lines = [`ProxyPass /app ${kind}://127.0.0.1:${back}/app${reuse}`];
      await startApache(bed, { port, modules: ['proxy', `proxy_${kind}`], lines });
      return port;
    },
  };
}

const apacheFcgid: FlupFront = {
  name: 'Apache, mod_fcgid, which starts the script',
  needs: apacheParts('fcgid', 'alias'),
  isSpawning: true,
  async start(bed, way, python) {
    const script = installScript(bed, options(way, 'fcgi', {}, python));
    const port = await bed.reservePort();
    const lines = [
      `FcgidIPCDir ${bed.site.makeDirectory('fcgid')}`,
      `FcgidProcessTableFile ${bed.site.path('fcgid.shm')}`,
      'FcgidMaxRequestLen 10000000',
      'FcgidMaxProcesses 2',
      `ScriptAlias /app ${script}`,
      `<Directory ${bed.site.directory}>`,
      'SetHandler fcgid-script',
      'Options +ExecCGI',
      'Require all granted',
      '</Directory>',
    ];
    await startApache(bed, {
      port,
      modules: ['fcgid', 'alias'],
      lines,
      isSpawning: true,
      expectedLog: SPAWNED,
    });
    return port;
  },
};

const lighttpd: FlupFront = {
  name: 'lighttpd, which starts the script by bin-path',
  needs: lighttpdParts(),
  isSpawning: true,
  async start(bed, way, python) {
    const script = installScript(bed, options(way, 'fcgi', {}, python));
    const port = await bed.reservePort();
    const lines = [
      'fastcgi.server = ( "/app" => ((',
      `  "socket" => "${bed.site.path('lighttpd-fcgi')}",`,
      `  "bin-path" => "${script}",`,
      '  "max-procs" => 1,',
      '  "check-local" => "disable",',
      ')))',
    ];
    await startLighttpd(bed, { port, modules: ['mod_fastcgi'], lines, expectedLog: SPAWNED });
    return port;
  },
};

const spawnFcgi: FlupFront = {
  name: 'nginx and spawn-fcgi',
  needs: [programPart('nginx'), programPart('spawn-fcgi')],
  isSpawning: true,
  async start(bed, way, python) {
    const back = await bed.reservePort();
    const script = options(way, 'fcgi', {}, python);
    const { command, args, env } = scriptCommand(script);
    const words = ['-n', '-a', '127.0.0.1', '-p', String(back), '--', command, ...args];
    await startCommand(bed, script, { command: program('spawn-fcgi'), args: words, env }, back);
    const port = await bed.reservePort();
    const http = nginxSite(port, 'fastcgi', `127.0.0.1:${back}`);
    await startNginx(bed, { port, http, expectedLog: TRACEBACKS });
    return port;
  },
};

/** All of them. */
export const flupFronts: readonly FlupFront[] = [
  behindNginx('fastcgi', 'fcgi'),
  behindNginx('fastcgi', 'fcgi_fork', { minSpare: 1, maxSpare: 2, maxChildren: 2 }),
  behindNginx('fastcgi', 'fcgi_single'),
  behindNginx('scgi', 'scgi'),
  behindNginx('scgi', 'scgi_fork', { minSpare: 1, maxSpare: 2, maxChildren: 2 }),
  behindApache('ajp', 'ajp'),
  behindApache('ajp', 'ajp_fork'),
  behindApache('scgi', 'scgi'),
  apacheFcgid,
  lighttpd,
  spawnFcgi,
];
