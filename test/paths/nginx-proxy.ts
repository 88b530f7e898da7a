// Client -> nginx -> HTTP -> gateway.
import { startGateway } from '../harness/gateway.ts';
import { programPart } from '../harness/require.ts';
import { startNginx } from '../harness/servers/nginx.ts';
import { nginxSite } from '../harness/servers/nginx-site.ts';
import { runningBehind, type Path } from './path.ts';

interface Variant {
  readonly transport: 'unix' | 'tcp';
  readonly keepsConnections: boolean;
  readonly buffersRequests: boolean;
}

const variants: readonly Variant[] = [
  { transport: 'tcp', keepsConnections: true, buffersRequests: true },
  { transport: 'tcp', keepsConnections: false, buffersRequests: false },
];

/** nginx with `proxy_pass`. */
export const nginxProxy: readonly Path[] = variants.map(proxyPath);

function proxyPath(variant: Variant): Path {
  const { transport, keepsConnections, buffersRequests } = variant;
  const words = [transport, keepsConnections ? 'kept connections' : 'one connection each'];
  if (!buffersRequests) words.push('request buffering off');
  return {
    name: `nginx, HTTP (${words.join(', ')})`,
    needs: [programPart('nginx')],
    traits: { buffersRequests, acceptsRawBytes: false, mergesSlashes: false },
    async start(bed, { mount, ...options }) {
      const upstream =
        transport === 'unix' ? `unix:${bed.site.path('http')}` : `127.0.0.1:${await bed.reservePort()}`;
      const listen = { protocol: 'http', address: upstream, ...(mount !== undefined && { mount }) } as const;
      const gateway = await startGateway(bed, { ...options, listen: [listen] });
      const port = await bed.reservePort();
      const http = nginxSite({ port, module: 'proxy', upstream, keepsConnections, buffersRequests });
      const nginx = await startNginx(bed, { port, http });
      return runningBehind(port, gateway, nginx);
    },
  };
}
