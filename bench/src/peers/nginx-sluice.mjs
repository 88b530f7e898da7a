// Sluice behind nginx, over each protocol that nginx passes requests on by.
import { nginx, startNginx } from '../servers/nginx.mjs';
import { sluice, startSluice } from '../servers/sluice.mjs';

/** What the ways besides the usual one are measured with: small requests, and bodies both ways. */
const FOR_ALL_WAYS = new Set(['hello', 'echo', 'download']);

/** @returns {import('./peer.mjs').Peer} */
function behindNginx(name, label, { flag, protocol, isKept }, workloads) {
  return {
    name,
    label,
    path: 'nginx',
    needs: [nginx, sluice],
    ...(workloads && { serves: ({ workload }) => workloads.has(workload.name) }),
    async start(stage, setup) {
      const upstream = `unix:${stage.path(protocol)}`;
      startSluice(stage, setup, [flag, upstream]);
      return startNginx(stage, { protocol, upstream, isKept });
    },
  };
}

const FASTCGI = { flag: '--fastcgi', protocol: 'fastcgi' };

export const nginxSluice = behindNginx('sluice', 'Sluice, fastcgi_pass', { ...FASTCGI, isKept: true });

/** As nginx does it unless it is told to keep connections: one for each request. */
export const nginxSluiceUnkept = behindNginx(
  'sluice-unkept',
  'Sluice, fastcgi_pass, not kept',
  { ...FASTCGI, isKept: false },
  new Set(['hello']),
);

// SCGI and uwsgi know no second request on a connection.
export const nginxSluiceScgi = behindNginx(
  'sluice-scgi',
  'Sluice, scgi_pass',
  { flag: '--scgi', protocol: 'scgi', isKept: false },
  FOR_ALL_WAYS,
);

export const nginxSluiceUwsgi = behindNginx(
  'sluice-uwsgi',
  'Sluice, uwsgi_pass',
  { flag: '--uwsgi', protocol: 'uwsgi', isKept: false },
  FOR_ALL_WAYS,
);

export const nginxSluiceHttp = behindNginx(
  'sluice-http',
  'Sluice, proxy_pass',
  { flag: '--http', protocol: 'http', isKept: true },
  FOR_ALL_WAYS,
);
