// The web servers besides nginx and Apache, each with what can stand behind it over a Unix socket.
import { caddy, startCaddy } from '../servers/caddy.mjs';
import { GTHREAD, gunicorn, startGunicorn } from '../servers/gunicorn.mjs';
import { haproxy, startHaproxy } from '../servers/haproxy.mjs';
import { lighttpd, startLighttpd } from '../servers/lighttpd.mjs';
import { sluice, startSluice } from '../servers/sluice.mjs';
import { startUwsgi, uwsgi } from '../servers/uwsgi.mjs';

/**
 * What can stand there, by name. A protocol is a way to `listen`, given the path of the socket.
 * @type {Record<string, {label: string, protocol: string, needs: object[], listen: Function, isKept?: boolean}>}
 */
const BACKENDS = {
  sluice: ours('FastCGI', 'fastcgi'),
  'sluice-scgi': ours('SCGI', 'scgi'),
  'sluice-uwsgi': ours('uwsgi', 'uwsgi'),
  'sluice-ajp': ours('AJP', 'ajp'),
  'sluice-http': ours('HTTP', 'http'),
  'uwsgi-fastcgi': theirs('FastCGI', 'fastcgi', '--fastcgi-socket'),
  // It serves one request on a connection and closes it without a word.
  'uwsgi-http': { ...theirs('HTTP', 'http', '--http-socket'), isKept: false },
  'gunicorn-gthread': {
    label: 'gunicorn gthread, HTTP',
    protocol: 'http',
    needs: [gunicorn],
    listen: (stage, setup, socket) =>
      startGunicorn(stage, setup, { bind: `unix:${socket}`, workerClass: GTHREAD }),
  },
};

function ours(title, protocol) {
  return {
    label: `Sluice, ${title}`,
    protocol,
    needs: [sluice],
    listen: (stage, setup, socket) => startSluice(stage, setup, [`--${protocol}`, `unix:${socket}`]),
  };
}

function theirs(title, protocol, option) {
  return {
    label: `uWSGI, ${title}`,
    protocol,
    needs: [uwsgi],
    listen: (stage, setup, socket) => startUwsgi(stage, setup, [option, socket]),
  };
}

/** @returns {import('./peer.mjs').Peer[]} */
function behind(path, server, start, names) {
  return names.map((name) => {
    const { label, protocol, needs, listen, isKept = true } = BACKENDS[name];
    return {
      name,
      label,
      path,
      needs: [server, ...needs],
      async start(stage, setup) {
        const socket = stage.path('backend');
        listen(stage, setup, socket);
        return start(stage, { protocol, socket, isKept });
      },
    };
  });
}

/** Behind lighttpd, HAProxy and Caddy. */
export const behindOthers = [
  ...behind('lighttpd', lighttpd, startLighttpd, [
    'sluice',
    'sluice-scgi',
    'sluice-uwsgi',
    'sluice-ajp',
    'sluice-http',
    'uwsgi-fastcgi',
    'gunicorn-gthread',
  ]),
  ...behind('haproxy', haproxy, startHaproxy, ['sluice', 'sluice-http', 'uwsgi-http', 'gunicorn-gthread']),
  ...behind('caddy', caddy, startCaddy, [
    'sluice',
    'sluice-http',
    'uwsgi-fastcgi',
    'uwsgi-http',
    'gunicorn-gthread',
  ]),
];
