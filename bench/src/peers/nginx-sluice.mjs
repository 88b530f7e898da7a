import { nginx, startNginx } from '../servers/nginx.mjs';
import { sluice, startSluice } from '../servers/sluice.mjs';

/** @type {import('./peer.mjs').Peer} */
export const nginxSluice = {
  name: 'sluice',
  label: 'Sluice, fastcgi_pass',
  path: 'nginx',
  needs: [nginx, sluice],
  async start(stage, setup) {
    const upstream = `unix:${stage.path('fastcgi')}`;
    startSluice(stage, setup, ['--fastcgi', upstream]);
    return startNginx(stage, { protocol: 'fastcgi', upstream, isKept: true });
  },
};
