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

/** @type {import('./peer.mjs').Peer} */
export const apacheSluiceAjp = {
  name: 'sluice-ajp',
  label: 'Sluice, mod_proxy_ajp',
  path: 'apache',
  needs: [apache, sluice],
  async start(stage, setup) {
    const address = `127.0.0.1:${await freePort()}`;
    startSluice(stage, setup, ['--ajp', address]);
    return startApache(stage, { modules: ['proxy', 'proxy_ajp'], lines: [pass(`ajp://${address}/`, true)] });
  },
};

/** @type {import('./peer.mjs').Peer} */
export const apacheSluiceFastcgi = {
  name: 'sluice-fastcgi',
  label: 'Sluice, mod_proxy_fcgi',
  path: 'apache',
  needs: [apache, sluice],
  async start(stage, setup) {
    const address = `127.0.0.1:${await freePort()}`;
    startSluice(stage, setup, ['--fastcgi', address]);
    return startApache(stage, {
      modules: ['proxy', 'proxy_fcgi'],
      lines: [pass(`fcgi://${address}/`, true)],
    });
  },
};

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
      `WSGIDaemonProcess site processes=${processes} threads=15 listen-backlog=1024 display-name=wsgi`,
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
