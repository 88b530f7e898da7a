// Who stands beside Sluice when it comes to queues: each with four lanes, that is four processes of one thread.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { apache, modWsgi, startApache } from '../servers/apache.mjs';
import { GTHREAD_SINGLE, gunicorn, startGunicorn, SYNC } from '../servers/gunicorn.mjs';
import { nginx, startNginx } from '../servers/nginx.mjs';
import { sluice, startSluice } from '../servers/sluice.mjs';
import { startUwsgi, uwsgi } from '../servers/uwsgi.mjs';
import { freePort } from '../stage/ports.mjs';
import { APPS } from '../workloads/workload.mjs';

export const LANES = 4;

/** Requests that may wait in the kernel: more than any scenario sends, or no peer but Sluice would queue at all. */
const BACKLOG = 4096;
/** Apache holds a thread for each request that waits, nginx two connections. */
const APACHE = { threads: 4000, servers: 16 };
const NGINX = { connections: 20_000 };

/**
 * @typedef {object} GatePeer
 * @property {string} name
 * @property {string} label
 * @property {readonly import('../stage/requirements.mjs').Requirement[]} needs
 * @property {(stage: import('../stage/stage.mjs').Stage, setup: import('../peers/peer.mjs').Setup) => Promise<string>} start
 * @property {(stage: import('../stage/stage.mjs').Stage) => void} [reload] Makes it load the code again.
 */

const hup = (server) => (stage) => stage.signal(server, 'SIGHUP');

/** @returns {GatePeer} */
const sluiceBehindNginx = (name, label, further = []) => ({
  name,
  label,
  needs: [nginx, sluice],
  async start(stage, setup) {
    const upstream = `unix:${stage.path('fastcgi')}`;
    startSluice(stage, setup, ['--fastcgi', upstream], further);
    return startNginx(stage, { protocol: 'fastcgi', upstream, isKept: true }, NGINX);
  },
  reload: hup('sluice'),
});

/** @returns {GatePeer} */
const uwsgiBehindNginx = (name, label, backlog) => ({
  name,
  label,
  needs: [nginx, uwsgi],
  async start(stage, setup) {
    const socket = stage.path('uwsgi');
    const fifo = ['--master-fifo', stage.path('fifo')];
    startUwsgi(stage, setup, ['--uwsgi-socket', socket, ...fifo], backlog);
    return startNginx(stage, { protocol: 'uwsgi', upstream: `unix:${socket}`, isKept: false }, NGINX);
  },
  reload: (stage) => stage.write('fifo', 'r'),
});

/** @returns {GatePeer} */
const gunicornBehindNginx = (name, label, workerClass) => ({
  name,
  label,
  needs: [nginx, gunicorn],
  async start(stage, setup) {
    const upstream = `unix:${stage.path('http')}`;
    startGunicorn(stage, setup, { bind: upstream, workerClass: [...workerClass, '--backlog', `${BACKLOG}`] });
    return startNginx(stage, { protocol: 'http', upstream, isKept: true }, NGINX);
  },
  reload: hup('gunicorn'),
});

/** @returns {GatePeer} */
const direct = (name, label, needs, serve) => ({
  name,
  label,
  needs,
  async start(stage, setup) {
    const address = `127.0.0.1:${await freePort()}`;
    serve(stage, setup, address);
    return `http://${address}/`;
  },
});

/** @type {GatePeer} */
const sluiceBehindApache = {
  name: 'sluice-ajp',
  label: 'Sluice, Apache by AJP',
  needs: [apache, sluice],
  async start(stage, setup) {
    const address = `127.0.0.1:${await freePort()}`;
    startSluice(stage, setup, ['--ajp', address], []);
    const lines = [`ProxyPass / ajp://${address}/ enablereuse=on`];
    return startApache(stage, { modules: ['proxy', 'proxy_ajp'], lines }, APACHE);
  },
  reload: hup('sluice'),
};

/** @type {GatePeer} */
const modWsgiDaemon = {
  name: 'mod_wsgi',
  label: 'mod_wsgi, daemon mode',
  needs: [apache, modWsgi],
  async start(stage, { processes, workload, env }) {
    const script = stage.path('application.wsgi');
    copyFileSync(join(APPS, workload.application), script);
    const lines = [
      `WSGISocketPrefix ${stage.path('wsgi')}`,
      `WSGIDaemonProcess site processes=${processes} threads=1 listen-backlog=${BACKLOG} display-name=wsgi`,
      `WSGIScriptAlias / ${script} process-group=site application-group=%{GLOBAL}`,
      `<Directory ${stage.directory}>`,
      '  Require all granted',
      '</Directory>',
    ];
    const roleOf = ({ command }) => (command.startsWith('wsgi') ? 'workers' : 'web server');
    return startApache(stage, { modules: ['wsgi'], lines, roleOf }, { ...APACHE, env });
  },
  reload: (stage) => stage.signal('apache', 'SIGUSR1'),
};

const LONG = ['--queue-length', '1024'];

/** All of them; a scenario names those that take part. @type {readonly GatePeer[]} */
export const gatePeers = [
  sluiceBehindNginx('sluice', 'Sluice, nginx by FastCGI'),
  sluiceBehindNginx('sluice-long', 'Sluice, 1,024 places', LONG),
  sluiceBehindNginx('sluice-second', 'Sluice, 1,024 places for 1 s', [...LONG, '--queue-timeout', '1s']),
  sluiceBehindApache,
  uwsgiBehindNginx('uwsgi', 'uWSGI, nginx by uwsgi_pass', BACKLOG),
  uwsgiBehindNginx('uwsgi-100', 'uWSGI, its own backlog of 100', 100),
  gunicornBehindNginx('gunicorn-sync', 'gunicorn sync, nginx', SYNC),
  gunicornBehindNginx('gunicorn-gthread', 'gunicorn gthread, nginx', GTHREAD_SINGLE),
  modWsgiDaemon,
  direct('sluice-http', 'Sluice, no web server', [sluice], (stage, setup, address) =>
    startSluice(stage, setup, ['--http', address], []),
  ),
  direct('uwsgi-http', 'uWSGI, its HTTP router', [uwsgi], (stage, setup, address) =>
    startUwsgi(stage, setup, ['--http', address, '--http-keepalive', '--http-auto-chunked'], BACKLOG),
  ),
  direct('gunicorn-sync-http', 'gunicorn sync, no web server', [gunicorn], (stage, setup, bind) =>
    startGunicorn(stage, setup, { bind, workerClass: SYNC }),
  ),
  direct('gunicorn-gthread-http', 'gunicorn gthread, no web server', [gunicorn], (stage, setup, bind) =>
    startGunicorn(stage, setup, { bind, workerClass: GTHREAD_SINGLE }),
  ),
];
