// uWSGI behind nginx, over each protocol that both speak.
import { nginx, startNginx } from '../servers/nginx.mjs';
import { startUwsgi, uwsgi } from '../servers/uwsgi.mjs';

/** @returns {import('./peer.mjs').Peer} */
const over = (protocol, option, label) => ({
  name: `uwsgi-${protocol}`,
  label,
  path: 'nginx',
  needs: [nginx, uwsgi],
  async start(stage, setup) {
    const socket = stage.path(protocol);
    startUwsgi(stage, setup, [option, socket]);
    return startNginx(stage, { protocol, upstream: `unix:${socket}`, isKept: false });
  },
});

export const nginxUwsgiFastcgi = over('fastcgi', '--fastcgi-socket', 'uWSGI, fastcgi_pass');
export const nginxUwsgiUwsgi = over('uwsgi', '--uwsgi-socket', 'uWSGI, uwsgi_pass');
export const nginxUwsgiHttp = over('http', '--http-socket', 'uWSGI, proxy_pass to http-socket');
