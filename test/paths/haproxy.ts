// Client -> HAProxy -> FastCGI or HTTP -> gateway.
import { expect } from '@jest/globals';
import { chunked, exchange, type HttpRequest } from '../harness/http.ts';
import { patternBlocks, patternDigest } from '../harness/pattern.ts';
import { startGateway } from '../harness/gateway.ts';
import { programPart } from '../harness/require.ts';
import { startHaproxy } from '../harness/servers/haproxy.ts';
import { expectResponse } from '../cases/case.ts';
import { brokenUpload } from '../cases/departures.ts';
import { streamedUpload } from '../cases/streaming.ts';
import { instead } from './differences.ts';
import { runningBehind, type Difference, type Path } from './path.ts';

interface Variant {
  readonly name: string;
  readonly protocol: 'fastcgi' | 'http';
  readonly transport: 'unix' | 'tcp';
  /** Lines of the `fcgi-app` section. */
  readonly app?: readonly string[];
  /** How it says who its client is, over the PROXY protocol. */
  readonly send?: 'send-proxy' | 'send-proxy-v2';
  readonly differences: readonly Difference[];
}

// HAProxy keeps it to itself otherwise.
const AUTHORIZATION = '  pass-header authorization';

const HOLDS_BACK = 'HAProxy passes nothing on before it has tune.bufsize';

const fcgiDifferences: readonly Difference[] = [
  instead('a chunked upload that is spooled', 'all of it has to fit into tune.bufsize, else 400', {
    run: async (front) => {
      const upload = (sizeBytes: number): HttpRequest => ({
        method: 'POST',
        target: '/digest',
        body: chunked(...patternBlocks(sizeBytes)),
      });
      expectResponse(await exchange(front.address, upload(50_000)), {
        status: 200,
        json: { size: 50_000, sha256: patternDigest(50_000) },
      });
      // It refuses while the client still sends, who may then have nothing left to read from.
      const refused = await exchange(front.address, upload(200_000)).catch(() => undefined);
      expect([undefined, 400]).toContain(refused?.status);
    },
  }),
  instead('on a streaming route the application reads a body while it is being sent', HOLDS_BACK, {
    run: streamedUpload(80),
  }),
  instead('a client that leaves while its upload is streamed makes the read fail', HOLDS_BACK, {
    run: brokenUpload(80),
  }),
];

/** HAProxy with an `fcgi-app`: one request at a time, several over one connection, and asking the gateway what it can. */
export const haproxyFastCgi: readonly Path[] = [
  fcgi('kept connections', 'unix', ['option keep-conn']),
  fcgi('one connection each', 'tcp', ['no option keep-conn']),
  fcgi('multiplexed', 'tcp', ['option keep-conn', 'option mpxs-conns', 'option max-reqs 50']),
  fcgi('get-values, multiplexed', 'unix', [
    'option keep-conn',
    'option get-values',
    'option mpxs-conns',
    'option max-reqs 50',
  ]),
].map(haproxyPath);

/** HAProxy over HTTP. */
export const haproxyHttp: Path = haproxyPath({
  name: 'HTTP (tcp, kept connections)',
  protocol: 'http',
  transport: 'tcp',
  differences: [],
});

/** HAProxy over HTTP, with either version of the PROXY protocol. */
export const haproxyProxyProtocol: readonly Path[] = (['send-proxy', 'send-proxy-v2'] as const).map(
  (send, index) =>
    haproxyPath({
      name: `HTTP (${['tcp', 'unix'][index]}, ${send})`,
      protocol: 'http',
      transport: index === 0 ? 'tcp' : 'unix',
      send,
      differences: [],
    }),
);

function fcgi(how: string, transport: Variant['transport'], app: readonly string[]): Variant {
  return {
    name: `FastCGI (${transport}, ${how})`,
    protocol: 'fastcgi',
    transport,
    app,
    differences: fcgiDifferences,
  };
}

function haproxyPath({ name, protocol, transport, app, send, differences }: Variant): Path {
  return {
    name: `HAProxy, ${name}`,
    needs: [programPart('haproxy')],
    traits: { buffersRequests: false, acceptsRawBytes: false, mergesSlashes: false },
    differences,
    async start(bed, { mount, ...options }) {
      const socket = transport === 'unix' ? bed.site.path(protocol) : undefined;
      const place = socket ?? `127.0.0.1:${await bed.reservePort()}`;
      const address = socket === undefined ? place : `unix:${place}`;
      const gateway = await startGateway(bed, {
        ...options,
        listen: [
          {
            protocol,
            address,
            ...(mount !== undefined && { mount }),
            ...(send && { lines: ['proxy_protocol = true'] }),
          },
        ],
      });
      const port = await bed.reservePort();
      const haproxy = await startHaproxy(bed, { port, sections: sections(port, place, app, send) });
      return runningBehind(port, gateway, haproxy);
    },
  };
}

function sections(port: number, place: string, app: readonly string[] | undefined, send = ''): string {
  return `
frontend clients
  mode http
  bind 127.0.0.1:${port}
  default_backend gateway
backend gateway
  mode http
  ${app ? 'use-fcgi-app gateway' : ''}
  server gateway ${place} ${app ? 'proto fcgi' : ''} ${send}
${app ? ['fcgi-app gateway', '  docroot /', AUTHORIZATION, ...app.map((line) => `  ${line}`)].join('\n') : ''}
`;
}
