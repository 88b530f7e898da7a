// Client -> nginx -> FastCGI -> gateway.
import { startGateway } from '../harness/gateway.ts';
import { programPart } from '../harness/require.ts';
import { generatedConfig } from '../harness/servers/generated.ts';
import { startNginx } from '../harness/servers/nginx.ts';
import { nginxSite } from '../harness/servers/nginx-site.ts';
import { runningBehind, type Path } from './path.ts';

interface Variant {
  readonly transport: 'unix' | 'tcp';
  readonly keepsConnections: boolean;
  readonly buffersRequests: boolean;
}

const variants: readonly Variant[] = [
  { transport: 'unix', keepsConnections: true, buffersRequests: true },
  { transport: 'unix', keepsConnections: false, buffersRequests: true },
  { transport: 'tcp', keepsConnections: true, buffersRequests: true },
  { transport: 'tcp', keepsConnections: false, buffersRequests: true },
  { transport: 'unix', keepsConnections: true, buffersRequests: false },
];

/** nginx over Unix sockets and TCP, with and without kept connections, and with request buffering off. */
export const nginxFastCgi: readonly Path[] = variants.map(nginxPath);

function nginxPath(variant: Variant): Path {
  const { transport, keepsConnections, buffersRequests } = variant;
  const words = [transport, keepsConnections ? 'kept connections' : 'one connection each'];
  if (!buffersRequests) words.push('request buffering off');
  return {
    name: `nginx, FastCGI (${words.join(', ')})`,
    needs: [programPart('nginx')],
    traits: { buffersRequests, acceptsRawBytes: true, mergesSlashes: true },
    async start(bed, { mount, ...options }) {
      const upstream =
        transport === 'unix' ? `unix:${bed.site.path('fastcgi')}` : `127.0.0.1:${await bed.reservePort()}`;
      const listen = {
        protocol: 'fastcgi',
        address: upstream,
        ...(mount === undefined ? {} : { mount }),
      } as const;
      const gateway = await startGateway(bed, { ...options, listen: [listen] });
      const port = await bed.reservePort();
      // What `sluice config` prints has neither of the two that some people turn off.
      const isUsual = keepsConnections && buffersRequests;
      const http = isUsual
        ? generatedConfig(bed.site.path('sluice.toml'), 'nginx', '--listen', `127.0.0.1:${port}`)
        : nginxSite({ port, module: 'fastcgi', upstream, keepsConnections, buffersRequests });
      const nginx = await startNginx(bed, { port, http });
      return runningBehind(port, gateway, nginx);
    },
  };
}
