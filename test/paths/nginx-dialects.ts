// Client -> nginx -> SCGI or uwsgi -> gateway.
import { startGateway } from '../harness/gateway.ts';
import { programPart } from '../harness/require.ts';
import { generatedConfig } from '../harness/servers/generated.ts';
import { startNginx } from '../harness/servers/nginx.ts';
import { nginxSite } from '../harness/servers/nginx-site.ts';
import { endsLikeAny } from './differences.ts';
import { runningBehind, type Path } from './path.ts';

interface Variant {
  readonly protocol: 'scgi' | 'uwsgi';
  readonly transport: 'unix' | 'tcp';
  readonly buffersRequests: boolean;
}

// With request buffering off nginx 1.22 sends a wrong CONTENT_LENGTH over SCGI.
/** nginx with `scgi_pass`, over Unix sockets and TCP. */
export const nginxScgi: readonly [Path, Path] = [
  nginxPath({ protocol: 'scgi', transport: 'tcp', buffersRequests: true }),
  nginxPath({ protocol: 'scgi', transport: 'unix', buffersRequests: true }),
];

/** nginx with `uwsgi_pass`, over TCP and Unix sockets, and with request buffering off. */
export const nginxUwsgi: readonly [Path, Path, Path] = [
  nginxPath({ protocol: 'uwsgi', transport: 'tcp', buffersRequests: true }),
  nginxPath({ protocol: 'uwsgi', transport: 'unix', buffersRequests: true }),
  nginxPath({ protocol: 'uwsgi', transport: 'tcp', buffersRequests: false }),
];

function nginxPath({ protocol, transport, buffersRequests }: Variant): Path {
  const words = [transport, ...(buffersRequests ? [] : ['request buffering off'])];
  return {
    name: `nginx, ${protocol === 'scgi' ? 'SCGI' : 'uwsgi'} (${words.join(', ')})`,
    needs: [programPart('nginx')],
    traits: { buffersRequests, acceptsRawBytes: true, mergesSlashes: true },
    differences: transport === 'unix' ? [endsLikeAny] : [],
    async start(bed, { mount, ...options }) {
      const upstream =
        transport === 'unix' ? `unix:${bed.site.path(protocol)}` : `127.0.0.1:${await bed.reservePort()}`;
      const listen = { protocol, address: upstream, ...(mount !== undefined && { mount }) };
      const gateway = await startGateway(bed, { ...options, listen: [listen] });
      const port = await bed.reservePort();
      const http = buffersRequests
        ? generatedConfig(bed.site.path('sluice.toml'), 'nginx', '--listen', `127.0.0.1:${port}`)
        : nginxSite({ port, module: protocol, upstream, keepsConnections: false, buffersRequests });
      const nginx = await startNginx(bed, { port, http });
      return runningBehind(port, gateway, nginx);
    },
  };
}
