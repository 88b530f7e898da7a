import { nginx, startNginx } from '../servers/nginx.mjs';
import { startUwsgi, uwsgi } from '../servers/uwsgi.mjs';

/** @type {import('./peer.mjs').Peer} */
export const nginxUwsgiUwsgi = {
  name: 'uwsgi-uwsgi',
  label: 'uWSGI, uwsgi_pass',
  path: 'nginx',
  needs: [nginx, uwsgi],
  async start(stage, setup) {
    const socket = stage.path('uwsgi');
    startUwsgi(stage, setup, ['--uwsgi-socket', socket]);
    return startNginx(stage, { protocol: 'uwsgi', upstream: `unix:${socket}`, isKept: false });
  },
};
