// What can stand behind Apache, over the protocols it speaks.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../stage/ports.mjs';
import { apache, modWsgi, startApache } from '../servers/apache.mjs';
import { sluice, startSluice } from '../servers/sluice.mjs';
import { startUwsgi, uwsgi } from '../servers/uwsgi.mjs';
import { APPS } from '../workloads/workload.mjs';

/** Connections of the one child to its backend stay open; an address that is reused must not be a Unix socket of uWSGI. */
const pass = (url, isKept) => `ProxyPass / ${url} ${isKept ? 'enablereuse=on' : 'disablereuse=on'}`;

/** What the ways besides AJP and FastCGI are measured with. */
const FOR_ALL_WAYS = new Set(['hello', 'echo', 'download']);

/** @returns {import('./peer.mjs').Peer} */
function sluiceBehindApache(protocol, { module, scheme, isKept, workloads }) {
  return {
    name: `sluice-${protocol}`,
    label: `Sluice, mod_${module}`,
    path: 'apache',
    needs: [apache, sluice],
    ...(workloads && { serves: ({ workload }) => workloads.has(workload.name) }),
    async start(stage, setup) {
      const address = `127.0.0.1:${await freePort()}`;
      startSluice(stage, setup, [`--${protocol}`, address]);
      return startApache(stage, {
        modules: ['proxy', module],
        lines: [pass(`${scheme}://${address}/`, isKept)],
      });
    },
  };
}

/** Sluice over every protocol that Apache speaks. SCGI and uwsgi know no second request on a connection. */
export const apacheSluice = [
  sluiceBehindApache('ajp', { module: 'proxy_ajp', scheme: 'ajp', isKept: true }),
  sluiceBehindApache('fastcgi', { module: 'proxy_fcgi', scheme: 'fcgi', isKept: true }),
  ...[
    ['scgi', 'scgi', false],
    ['uwsgi', 'uwsgi', false],
    ['http', 'http', true],
  ].map(([protocol, scheme, isKept]) =>
    sluiceBehindApache(protocol, { module: `proxy_${scheme}`, scheme, isKept, workloads: FOR_ALL_WAYS }),
  ),
];

/** @type {import('./peer.mjs').Peer} */
export const apacheModWsgi = {
  name: 'mod_wsgi',
  label: 'mod_wsgi, daemon mode, 15 threads',
  path: 'apache',
  needs: [apache, modWsgi],
  async start(stage, { workload, processes }) {
    const script = stage.path('application.wsgi');
    copyFileSync(join(APPS, workload.application), script);
    const lines = [
      `WSGISocketPrefix ${stage.path('wsgi')}`,
      `WSGIDaemonProcess site processes=${processes} threads=${workload.threads ?? 15} listen-backlog=1024 display-name=wsgi`,
      `WSGIScriptAlias / ${script} process-group=site application-group=%{GLOBAL}`,
      `<Directory ${stage.directory}>`,
      '  Require all granted',
      '</Directory>',
    ];
    const roleOf = ({ command }) => (command.startsWith('wsgi') ? 'workers' : 'web server');
    return startApache(stage, { modules: ['wsgi'], lines, roleOf });
  },
};

/** @type {import('./peer.mjs').Peer} */
export const apacheUwsgi = {
  name: 'uwsgi-uwsgi',
  label: 'uWSGI, mod_proxy_uwsgi',
  path: 'apache',
  needs: [apache, uwsgi],
  async start(stage, setup) {
    const address = `127.0.0.1:${await freePort()}`;
    startUwsgi(stage, setup, ['--uwsgi-socket', address]);
    return startApache(stage, {
      modules: ['proxy', 'proxy_uwsgi'],
      lines: [pass(`uwsgi://${address}/`, false)],
    });
  },
};
