// A gateway that sends requests on to a second gateway with the application, over HTTP.
import { startGateway } from '../harness/gateway.ts';
import { startRelay } from '../harness/relay.ts';
import { runningBehind, type Path } from './path.ts';

interface Variant {
  readonly transport: 'unix' | 'tcp';
  readonly keepsConnections: boolean;
  readonly isStreaming: boolean;
}

/** HTTP between two gateways: with kept connections and streamed uploads, and with one connection for each request. */
export const relayHttp: readonly Path[] = [
  relayPath({ transport: 'tcp', keepsConnections: true, isStreaming: true }),
  relayPath({ transport: 'unix', keepsConnections: false, isStreaming: false }),
];

function relayPath({ transport, keepsConnections, isStreaming }: Variant): Path {
  const words = [
    transport,
    keepsConnections ? 'kept connections' : 'one connection each',
    ...(isStreaming ? ['streaming'] : []),
  ];
  return {
    name: `HTTP, gateway, HTTP (${words.join(', ')})`,
    needs: [],
    traits: { buffersRequests: !isStreaming, acceptsRawBytes: false, mergesSlashes: false },
    async start(bed, { mount, ...options }) {
      const address =
        transport === 'unix' ? `unix:${bed.site.path('http')}` : `127.0.0.1:${await bed.reservePort()}`;
      const listen = [
        '[[listen]]',
        'protocol = "http"',
        `address = "${address}"`,
        // Over a Unix socket nobody has an address: the relay says which one the client has.
        ...(transport === 'unix' ? ['trusted = ["unix"]'] : []),
        ...(mount === undefined ? [] : [`mount = "${mount}"`]),
      ];
      const toml = [...listen, ...(options.toml ?? [])];
      const gateway = await startGateway(bed, { ...options, listen: [], toml });
      const port = await bed.reservePort();
      const relay = await startRelay(bed, {
        port,
        upstream: [
          'protocol = "http"',
          `servers = ["${address}"]`,
          `keep_alive = ${keepsConnections ? 8 : 0}`,
        ],
        isStreaming,
        // A reply that the application breaks off is broken off on both sides.
        expectedLog: [/SLUICE_UPSTREAM_(?:PROTOCOL|LOST).*\/(?:raise-after-head|short-body)/],
      });
      return runningBehind(port, gateway, relay);
    },
  };
}
