// Client -> Apache -> FastCGI or HTTP -> gateway, by mod_proxy_fcgi and mod_proxy_http.
import { chmodSync } from 'node:fs';
import { startGateway } from '../harness/gateway.ts';
import { apacheParts, startApache } from '../harness/servers/apache.ts';
import { row } from '../cases/case.ts';
import { brokenUpload } from '../cases/departures.ts';
import { streamedUpload } from '../cases/streaming.ts';
import { instead } from './differences.ts';
import { runningBehind, type Difference, type Path } from './path.ts';

interface Variant {
  readonly module: 'proxy_fcgi' | 'proxy_http';
  readonly transport: 'unix' | 'tcp';
  readonly keepsConnections: boolean;
}

const SCHEMES = { proxy_fcgi: 'fcgi', proxy_http: 'http' } as const;
const PROTOCOLS = { proxy_fcgi: 'fastcgi', proxy_http: 'http' } as const;

// What Apache says of a target that climbs out, of a response that broke off, and of a client that left.
const EXPECTED_LOG = {
  proxy_fcgi: [/AH10244/, /AH01068|AH01075/],
  proxy_http: [/AH10244/, /AH01102|AH00898/, /AH02608|AH01097/],
} as const;

const NUL = instead(
  'a NUL is refused',
  'by Apache, with 404',
  row('', { target: '/environ/%00' }, { status: 404 }),
);

const fcgiDifferences: readonly Difference[] = [
  NUL,
  instead(
    '32 KB of cookies',
    'mod_proxy_fcgi leaves a header out that does not fit into 16 KiB, with a line in its log',
    row(
      '',
      { target: '/cookies', headers: [['Cookie', 'c'.repeat(17_000)]] },
      { status: 200, json: { size: 0 }, logs: [/AH02536.*HTTP_COOKIE/] },
    ),
  ),
];

const HOLDS_BACK = 'mod_proxy_http passes nothing on before it has 16 KiB';

const httpDifferences: readonly Difference[] = [
  NUL,
  instead('on a streaming route the application reads a body while it is being sent', HOLDS_BACK, {
    run: streamedUpload(20),
  }),
  instead('a client that leaves while its upload is streamed makes the read fail', HOLDS_BACK, {
    run: brokenUpload(20),
  }),
];

const variants: readonly Variant[] = [
  { module: 'proxy_fcgi', transport: 'tcp', keepsConnections: false },
  { module: 'proxy_fcgi', transport: 'tcp', keepsConnections: true },
  { module: 'proxy_fcgi', transport: 'unix', keepsConnections: true },
];

/** Apache with mod_proxy_fcgi. */
export const apacheProxyFcgi: readonly Path[] = variants.map((variant) =>
  proxyPath(variant, fcgiDifferences),
);

/** Apache with mod_proxy_http. */
export const apacheProxyHttp: Path = proxyPath(
  { module: 'proxy_http', transport: 'tcp', keepsConnections: true },
  httpDifferences,
);

function proxyPath(variant: Variant, differences: readonly Difference[]): Path {
  const { module, transport, keepsConnections } = variant;
  const how = [transport, keepsConnections ? 'kept connections' : 'one connection each'].join(', ');
  return {
    name: `Apache, mod_${module} (${how})`,
    needs: apacheParts('proxy', module),
    traits: { buffersRequests: false, acceptsRawBytes: false, mergesSlashes: true },
    differences,
    async start(bed, { mount, ...options }) {
      const protocol = PROTOCOLS[module];
      const socket = transport === 'unix' ? bed.site.path('front') : undefined;
      const place = socket === undefined ? `127.0.0.1:${await bed.reservePort()}` : '';
      // Apache runs as somebody else, who has to get to the socket.
      if (socket !== undefined) chmodSync(bed.site.directory, 0o711);
      const port = await bed.reservePort();
      const listen = {
        protocol,
        address: socket === undefined ? place : `unix:${socket}`,
        ...(socket !== undefined && { mode: '0666' }),
        ...(mount !== undefined && { mount }),
      };
      const gateway = await startGateway(bed, { ...options, listen: [listen] });
      const url =
        socket === undefined
          ? `${SCHEMES[module]}://${place}/`
          : `unix:${socket}|${SCHEMES[module]}://localhost/`;
      const apache = await startApache(bed, {
        port,
        modules: ['proxy', module, 'setenvif'],
        lines: [
          'AllowEncodedSlashes On',
          'SetEnvIf Request_Method . ap_trust_cgilike_cl=1',
          '<Location />',
          'CGIPassAuth On',
          '</Location>',
          `ProxyPass / ${url} flushpackets=on${keepsConnections ? ' enablereuse=on' : ''}`,
        ],
        expectedLog: EXPECTED_LOG[module],
      });
      return runningBehind(port, gateway, apache);
    },
  };
}
