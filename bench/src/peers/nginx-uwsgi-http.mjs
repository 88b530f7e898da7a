import { nginx, startNginx } from '../servers/nginx.mjs';
import { startUwsgi, uwsgi } from '../servers/uwsgi.mjs';

/** @type {import('./peer.mjs').Peer} */
export const nginxUwsgiHttp = {
  name: 'uwsgi-http',
  label: 'uWSGI, proxy_pass to http-socket',
  path: 'nginx',
  needs: [nginx, uwsgi],
  async start(stage, setup) {
    const socket = stage.path('http');
    startUwsgi(stage, setup, ['--http-socket', socket]);
    return startNginx(stage, { protocol: 'http', upstream: `unix:${socket}`, isKept: false });
  },
};
