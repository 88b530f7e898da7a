// One gateway with two ways in: its own HTTP, and FastCGI behind nginx.
import type { TestBed } from '../harness/bed.ts';
import { startGateway, type Gateway, type GatewayOptions } from '../harness/gateway.ts';
import type { Address } from '../harness/raw-connection.ts';
import { programPart, type Part } from '../harness/require.ts';
import { nginxSite } from '../harness/servers/nginx-site.ts';
import { startNginx } from '../harness/servers/nginx.ts';

/** What {@link openTwoFronts} starts. */
export const twoFrontsParts: readonly Part[] = [programPart('nginx')];

/** A gateway with two ways in. */
export interface TwoFronts {
  readonly gateway: Gateway;
  readonly http: Address;
  readonly nginx: Address;
}

/** Starts a gateway and an nginx. */
export async function openTwoFronts(
  bed: TestBed,
  options: Omit<GatewayOptions, 'listen'> & { readonly expectedOfNginx?: readonly RegExp[] } = {},
): Promise<TwoFronts> {
  const port = await bed.reservePort();
  const upstream = `unix:${bed.site.path('fastcgi')}`;
  const gateway = await startGateway(bed, {
    ...options,
    listen: [
      { protocol: 'http', address: `127.0.0.1:${port}` },
      { protocol: 'fastcgi', address: upstream },
    ],
  });
  const nginxPort = await bed.reservePort();
  const site = { port: nginxPort, module: 'fastcgi', upstream } as const;
  const http = nginxSite({ ...site, keepsConnections: true, buffersRequests: true });
  await startNginx(bed, { port: nginxPort, http, expectedLog: options.expectedOfNginx ?? [] });
  return { gateway, http: { port }, nginx: { port: nginxPort } };
}
