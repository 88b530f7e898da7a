import { flup, startFlup } from '../servers/flup.mjs';
import { nginx, startNginx } from '../servers/nginx.mjs';

// A child of flup serves one connection until it closes, so kept connections would lock all others out.
/** @type {import('./peer.mjs').Peer} */
export const nginxFlup = {
  name: 'flup',
  label: 'flup, fastcgi_pass',
  path: 'nginx',
  needs: [nginx, flup],
  async start(stage, setup) {
    const socket = stage.path('fastcgi');
    startFlup(stage, setup, socket);
    return startNginx(stage, { protocol: 'fastcgi', upstream: `unix:${socket}`, isKept: false });
  },
};
