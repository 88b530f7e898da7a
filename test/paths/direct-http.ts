// Client -> gateway, plain and encrypted.
import { makeCertificates } from '../harness/certificates.ts';
import { startGateway } from '../harness/gateway.ts';
import { programPart } from '../harness/require.ts';
import { row } from '../cases/case.ts';
import { instead } from './differences.ts';
import { runningBehind, type Path } from './path.ts';

const variablesOfHttps = row(
  '',
  { target: '/environ' },
  {
    status: 200,
    json: { REMOTE_ADDR: '127.0.0.1', HTTPS: 'on', SSL_PROTOCOL: 'TLSv1.3', 'wsgi.url_scheme': 'https' },
  },
);

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

/** The same over TLS. */
export const directHttps: Path = {
  name: 'HTTPS',
  needs: [programPart('openssl')],
  traits: { buffersRequests: false, acceptsRawBytes: false, mergesSlashes: false },
  differences: [instead('the variables of RFC 3875', 'the scheme is https', variablesOfHttps)],
  async start(bed, { mount, ...options }) {
    const port = await bed.reservePort();
    const { server, serverKey } = makeCertificates(bed.site);
    const listen = {
      protocol: 'http',
      address: `127.0.0.1:${port}`,
      ...(mount === undefined ? {} : { mount }),
      lines: [`tls = { certificate = ${JSON.stringify(server)}, key = ${JSON.stringify(serverKey)} }`],
    } as const;
    const gateway = await startGateway(bed, { ...options, listen: [listen] });
    return {
      address: { port, isEncrypted: true },
      gateway,
      expectLog: (pattern) => gateway.expectLog(pattern),
    };
  },
};
