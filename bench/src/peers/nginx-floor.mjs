import { gcc, startFloor } from '../servers/floor.mjs';
import { nginx, startNginx } from '../servers/nginx.mjs';

/** @type {import('./peer.mjs').Peer} */
export const nginxFloor = {
  name: 'floor',
  label: 'floor: responder in C, fastcgi_pass',
  path: 'nginx',
  needs: [nginx, gcc],
  // It knows only one answer and sends it at once.
  serves: ({ workload }) => workload.name !== 'stream',
  async start(stage, setup) {
    const socket = stage.path('fastcgi');
    startFloor(stage, setup, socket);
    return startNginx(stage, { protocol: 'fastcgi', upstream: `unix:${socket}`, isKept: true });
  },
};
