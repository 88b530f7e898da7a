// Client -> gateway.
import { startGateway } from '../harness/gateway.ts';
import { runningBehind, type Path } from './path.ts';

/** The gateway's own HTTP server. */
export const directHttp: Path = {
  name: 'HTTP',
  needs: [],
  traits: { buffersRequests: false, acceptsRawBytes: false, mergesSlashes: false },
  async start(bed, { mount, ...options }) {
    const port = await bed.reservePort();
    const listen = {
      protocol: 'http',
      address: `127.0.0.1:${port}`,
      ...(mount === undefined ? {} : { mount }),
    } as const;
    const gateway = await startGateway(bed, { ...options, listen: [listen] });
    return runningBehind(port, gateway);
  },
};
