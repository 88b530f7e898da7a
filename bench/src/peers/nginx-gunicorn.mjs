import { GTHREAD, gunicorn, startGunicorn, SYNC } from '../servers/gunicorn.mjs';
import { nginx, startNginx } from '../servers/nginx.mjs';

/** @returns {import('./peer.mjs').Peer} */
function behindNginx(name, label, workerClass) {
  return {
    name,
    label,
    path: 'nginx',
    needs: [nginx, gunicorn],
    async start(stage, setup) {
      const upstream = `unix:${stage.path('http')}`;
      startGunicorn(stage, setup, { bind: upstream, workerClass });
      return startNginx(stage, { protocol: 'http', upstream, isKept: true });
    },
  };
}

export const nginxGunicornSync = behindNginx('gunicorn-sync', 'gunicorn sync, proxy_pass', SYNC);
export const nginxGunicornThreads = behindNginx('gunicorn-gthread', 'gunicorn gthread, proxy_pass', GTHREAD);
