// Client -> nginx -> HTTP -> a second nginx -> FastCGI -> gateway: the web server of the house in front of the one of the
// application.
import { startGateway } from '../harness/gateway.ts';
import { programPart } from '../harness/require.ts';
import { generatedConfig } from '../harness/servers/generated.ts';
import { startNginx } from '../harness/servers/nginx.ts';
import { nginxSite } from '../harness/servers/nginx-site.ts';
import { runningBehind, type Path } from './path.ts';

/** Two tiers of nginx. */
export const twoNginx: Path = {
  name: 'nginx, HTTP, nginx, FastCGI',
  needs: [programPart('nginx')],
  traits: { buffersRequests: true, acceptsRawBytes: true, mergesSlashes: true },
  async start(bed, { mount, ...options }) {
    const upstream = `unix:${bed.site.path('fastcgi')}`;
    const listen = { protocol: 'fastcgi', address: upstream, ...(mount !== undefined && { mount }) } as const;
    const gateway = await startGateway(bed, { ...options, listen: [listen] });
    const inner = await bed.reservePort();
    const outer = await bed.reservePort();
    const how = { keepsConnections: true, buffersRequests: true };
    const second = await startNginx(bed, {
      name: 'nginx-inner',
      port: inner,
      http: generatedConfig(bed.site.path('sluice.toml'), 'nginx', '--listen', `127.0.0.1:${inner}`),
    });
    const first = await startNginx(bed, {
      name: 'nginx-outer',
      port: outer,
      http: nginxSite({ port: outer, module: 'proxy', upstream: `127.0.0.1:${inner}`, ...how }),
    });
    return runningBehind(outer, gateway, first, second);
  },
};
