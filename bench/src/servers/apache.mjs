// Apache with one event-driven child in front of one backend, the same for every peer but for the way to it.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { freePort } from '../stage/ports.mjs';
import { aptCommand, program } from '../stage/requirements.mjs';

const MODULES = '/usr/lib/apache2/modules';
const MOD_WSGI = 'libapache2-mod-wsgi-py3';

export const apache = program({
  name: 'Apache',
  command: 'apache2',
  args: ['-v'],
  pattern: /Apache\/(\S+)/,
  debian: ['apache2-bin'],
});

/** @type {import('../stage/requirements.mjs').Requirement} */
export const modWsgi = {
  name: 'mod_wsgi',
  debian: [MOD_WSGI],
  install: aptCommand([MOD_WSGI]),
  version() {
    if (!existsSync(`${MODULES}/mod_wsgi.so`)) return undefined;
    const args = ['-W', '-f', '${Version}', MOD_WSGI];
    return spawnSync('dpkg-query', args, { encoding: 'utf8' }).stdout || 'unknown';
  },
};

/**
 * Starts Apache and returns the URL it will answer at.
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {{modules: readonly string[], lines: readonly string[], roleOf?: (process: {command: string}) => string}} way
 *   The modules besides the usual ones, and the lines that lead to the backend.
 * @param {{threads?: number, servers?: number, env?: Record<string, string>}} [options] Threads: requests at once. Servers: places
 *   for children, more than one where an old one still serves while a new one begins.
 */
export async function startApache(
  stage,
  { modules, lines, roleOf = () => 'web server' },
  { threads = 128, servers = 1, env } = {},
) {
  const port = await freePort();
  // Apache gives up root, and what runs in its processes has to read what is here.
  chmodSync(stage.directory, 0o755);
  const config = stage.write('apache.conf', configuration(stage, port, modules, lines, { threads, servers }));
  stage.spawn({ name: 'apache', command: 'apache2', args: ['-f', config, '-D', 'FOREGROUND'], roleOf, env });
  return `http://127.0.0.1:${port}/`;
}

function configuration(stage, port, modules, lines, { threads, servers }) {
  const all = ['mpm_event', 'authz_core', ...modules];
  return `ServerRoot ${stage.directory}
PidFile ${stage.path('apache.pid')}
Mutex sem
ErrorLog ${stage.path('apache-error.log')}
LogLevel warn
ServerName localhost
Listen 127.0.0.1:${port}
ListenBacklog 4096
${all.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
${process.getuid() === 0 ? 'User nobody\nGroup nogroup' : ''}
ServerLimit ${servers}
StartServers 1
ThreadsPerChild ${threads}
ThreadLimit ${threads}
MaxRequestWorkers ${threads}
MinSpareThreads 1
MaxSpareThreads ${threads}
MaxConnectionsPerChild 0
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
${lines.join('\n')}
`;
}
