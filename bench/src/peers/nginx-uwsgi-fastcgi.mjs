import { nginx, startNginx } from '../servers/nginx.mjs';
import { startUwsgi, uwsgi } from '../servers/uwsgi.mjs';

/** @type {import('./peer.mjs').Peer} */
export const nginxUwsgiFastcgi = {
  name: 'uwsgi-fastcgi',
  label: 'uWSGI, fastcgi_pass',
  path: 'nginx',
  needs: [nginx, uwsgi],
  async start(stage, setup) {
    const socket = stage.path('fastcgi');
    startUwsgi(stage, setup, ['--fastcgi-socket', socket]);
    return startNginx(stage, { protocol: 'fastcgi', upstream: `unix:${socket}`, isKept: false });
  },
};
