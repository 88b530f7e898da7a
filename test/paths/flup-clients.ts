// Client -> gateway, whose application is a client that takes the place of flup's -> a second gateway.
import { startGateway } from '../harness/gateway.ts';
import { startPasser } from '../harness/passer.ts';
import { runningBehind, type Path } from './path.ts';

/** How the gateway behind breaks a reply off, which EOF alone would not. */
const BROKEN_OFF = [/\/raise-after-head.*a record of version 0; only 1 is known/];

/** FCGIApp over a Unix socket, SCGIApp over TCP. */
export const flupClients: readonly Path[] = [
  path('FCGIApp', 'fastcgi', 'unix'),
  path('SCGIApp', 'scgi', 'tcp'),
];

function path(client: string, protocol: 'fastcgi' | 'scgi', transport: 'unix' | 'tcp'): Path {
  return {
    name: `HTTP, gateway, ${client}, gateway`,
    needs: [],
    traits: { buffersRequests: true, acceptsRawBytes: false, mergesSlashes: false },
    async start(bed, { mount, ...options }) {
      const to = transport === 'unix' ? bed.site.path('back') : `127.0.0.1:${await bed.reservePort()}`;
      const address = transport === 'unix' ? `unix:${to}` : to;
      const listen = { protocol, address, ...(mount !== undefined && { mount }) };
      const gateway = await startGateway(bed, { ...options, listen: [listen] });
      const port = await bed.reservePort();
      const passer = await startPasser(bed, { port, protocol, to, expectedLog: BROKEN_OFF });
      return runningBehind(port, gateway, passer);
    },
  };
}
