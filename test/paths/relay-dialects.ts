// A gateway that sends requests on to a second gateway with the application, over SCGI and uwsgi.
import { startGateway } from '../harness/gateway.ts';
import { startRelay } from '../harness/relay.ts';
import { runningBehind, type Path } from './path.ts';

/** Both between two gateways. */
export const relayDialects: readonly Path[] = (['scgi', 'uwsgi'] as const).map((protocol) => ({
  name: `HTTP, gateway, ${protocol === 'scgi' ? 'SCGI' : 'uwsgi'}`,
  needs: [],
  traits: { buffersRequests: true, acceptsRawBytes: false, mergesSlashes: false },
  async start(bed, { mount, ...options }) {
    const address = `127.0.0.1:${await bed.reservePort()}`;
    const listen = { protocol, address, ...(mount !== undefined && { mount }) };
    const gateway = await startGateway(bed, { ...options, listen: [listen] });
    const port = await bed.reservePort();
    const relay = await startRelay(bed, {
      port,
      upstream: [`protocol = "${protocol}"`, `servers = ["${address}"]`],
      isStreaming: false,
      // A reply that the application breaks off is broken off on both sides.
      expectedLog: [/SLUICE_UPSTREAM_(?:PROTOCOL|LOST).*\/(?:raise-after-head|short-body)/],
    });
    return runningBehind(port, gateway, relay);
  },
}));
