// A gateway that sends requests on to a second gateway with the application.
import { startGateway } from '../harness/gateway.ts';
import { startRelay } from '../harness/relay.ts';
import { programPart } from '../harness/require.ts';
import { nginxSite } from '../harness/servers/nginx-site.ts';
import { startNginx } from '../harness/servers/nginx.ts';
import { startAjpGateway } from './ajp-listener.ts';
import { runningBehind, type Path } from './path.ts';

/** A reply that the application breaks off is broken off on both sides. */
const BROKEN_OFF = [/SLUICE_UPSTREAM_(?:PROTOCOL|LOST).*\/raise-after-head/];

const keeping = ['keep_alive = 8'];

/** FastCGI between two gateways: over a Unix socket with kept connections, and over TCP with one for each request. */
export const relayFastCgi: readonly Path[] = [
  {
    name: 'HTTP, gateway, FastCGI (kept connections, streaming)',
    needs: [],
    traits: { buffersRequests: false, acceptsRawBytes: false, mergesSlashes: false },
    async start(bed, { mount, ...options }) {
      const address = `unix:${bed.site.path('fastcgi')}`;
      const listen = { protocol: 'fastcgi', address, ...(mount !== undefined && { mount }) } as const;
      const gateway = await startGateway(bed, { ...options, listen: [listen] });
      const port = await bed.reservePort();
      const upstream = ['protocol = "fastcgi"', `servers = ["${address}"]`, ...keeping];
      return runningBehind(
        port,
        gateway,
        await startRelay(bed, { port, upstream, isStreaming: true, expectedLog: BROKEN_OFF }),
      );
    },
  },
  {
    name: 'HTTP, gateway, FastCGI (one connection each)',
    needs: [],
    traits: { buffersRequests: true, acceptsRawBytes: false, mergesSlashes: false },
    async start(bed, { mount, ...options }) {
      const address = `127.0.0.1:${await bed.reservePort()}`;
      const listen = { protocol: 'fastcgi', address, ...(mount !== undefined && { mount }) } as const;
      const gateway = await startGateway(bed, { ...options, listen: [listen] });
      const port = await bed.reservePort();
      const upstream = ['protocol = "fastcgi"', `servers = ["${address}"]`];
      return runningBehind(
        port,
        gateway,
        await startRelay(bed, { port, upstream, isStreaming: false, expectedLog: BROKEN_OFF }),
      );
    },
  },
];

/** AJP between two gateways. */
export const relayAjp: Path = {
  name: 'HTTP, gateway, AJP',
  needs: [],
  traits: { buffersRequests: false, acceptsRawBytes: false, mergesSlashes: false },
  async start(bed, options) {
    const address = `127.0.0.1:${await bed.reservePort()}`;
    const secret = 'between gateways';
    const gateway = await startAjpGateway(bed, options, { address, secret, packetBytes: 65_536 });
    const port = await bed.reservePort();
    const upstream = [
      'protocol = "ajp"',
      `servers = ["${address}"]`,
      `secret_file = ${JSON.stringify(bed.site.path('ajp.secret'))}`,
      'packet_size = "64KiB"',
    ];
    return runningBehind(
      port,
      gateway,
      await startRelay(bed, { port, upstream, isStreaming: true, expectedLog: BROKEN_OFF }),
    );
  },
};

/** nginx in front of two gateways, FastCGI all the way: no variable becomes a string on it. */
export const nginxRelay: Path = {
  name: 'nginx, FastCGI, gateway, FastCGI',
  needs: [programPart('nginx')],
  traits: { buffersRequests: true, acceptsRawBytes: true, mergesSlashes: true },
  async start(bed, { mount, ...options }) {
    const address = `unix:${bed.site.path('fastcgi')}`;
    const listen = { protocol: 'fastcgi', address, ...(mount !== undefined && { mount }) } as const;
    const gateway = await startGateway(bed, { ...options, listen: [listen] });
    const between = `unix:${bed.site.path('between')}`;
    const relay = await startRelay(bed, {
      port: { protocol: 'fastcgi', address: between },
      upstream: ['protocol = "fastcgi"', `servers = ["${address}"]`, ...keeping],
      isStreaming: false,
      expectedLog: BROKEN_OFF,
    });
    const port = await bed.reservePort();
    const how = { keepsConnections: true, buffersRequests: true };
    const http = nginxSite({ port, module: 'fastcgi', upstream: between, ...how });
    const nginx = await startNginx(bed, { port, http });
    return runningBehind(port, gateway, relay, nginx);
  },
};
