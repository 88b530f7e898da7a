// Client -> Caddy -> FastCGI or HTTP -> gateway.
import { expect } from '@jest/globals';
import { exchange, whole } from '../harness/http.ts';
import { startGateway } from '../harness/gateway.ts';
import { programPart } from '../harness/require.ts';
import { startCaddy } from '../harness/servers/caddy.ts';
import { expectHealthy, row } from '../cases/case.ts';
import { brokenUpload } from '../cases/departures.ts';
import { streamedUpload } from '../cases/streaming.ts';
import { instead } from './differences.ts';
import { runningBehind, type Difference, type Path } from './path.ts';

// Seen with Caddy 2.6.
const ENDS_BROKEN = instead(
  'an exception after the head breaks the response off',
  'Caddy ends a chunked response as if it were whole, with a line in its log',
  {
    logs: [
      /raised after the head/,
      /aborting with incomplete response|reading from backend|connection reset by peer/,
    ],
    run: async (front) => {
      const { status, isComplete, body } = await exchange(front.address, { target: '/raise-after-head' });
      // It may see the reset before it has read anything.
      expect([200, 502]).toContain(status);
      expect([isComplete, body.toString()]).toEqual([true, status === 200 ? 'the beginning' : '']);
      await expectHealthy(front);
    },
  },
);

const IN_PIECES = 'Caddy passes a body on in pieces of 64 KiB';

const fcgiDifferences: readonly Difference[] = [
  ENDS_BROKEN,
  instead(
    'OPTIONS with a body',
    'Caddy sends none',
    row(
      '',
      { method: 'OPTIONS', target: '/environ', body: whole('body') },
      { status: 200, json: { CONTENT_LENGTH: '0' } },
    ),
  ),
  instead('on a streaming route the application reads a body while it is being sent', IN_PIECES, {
    run: streamedUpload(80),
  }),
  instead('a client that leaves while its upload is streamed makes the read fail', IN_PIECES, {
    run: brokenUpload(80),
  }),
];

/** Caddy with the `fastcgi` transport. */
export const caddyFastCgi: Path = caddyPath('fastcgi', 'unix', fcgiDifferences);

/** Caddy with `reverse_proxy`. */
export const caddyHttp: Path = caddyPath('http', 'tcp', [ENDS_BROKEN]);

function caddyPath(
  protocol: 'fastcgi' | 'http',
  transport: 'unix' | 'tcp',
  differences: readonly Difference[],
): Path {
  return {
    name: `Caddy, ${protocol === 'http' ? 'HTTP' : 'FastCGI'} (${transport})`,
    needs: [programPart('caddy')],
    traits: { buffersRequests: false, acceptsRawBytes: false, mergesSlashes: false },
    differences,
    async start(bed, { mount, ...options }) {
      const place = transport === 'unix' ? bed.site.path(protocol) : `127.0.0.1:${await bed.reservePort()}`;
      const address = transport === 'unix' ? `unix:${place}` : place;
      const gateway = await startGateway(bed, {
        ...options,
        listen: [{ protocol, address, ...(mount !== undefined && { mount }) }],
      });
      const port = await bed.reservePort();
      const to = transport === 'unix' ? `unix/${place}` : place;
      const caddy = await startCaddy(bed, { port, sites: site(port, to, protocol === 'fastcgi') });
      return runningBehind(port, gateway, caddy);
    },
  };
}

function site(port: number, to: string, isFastCgi: boolean): string {
  return `
http://127.0.0.1:${port}, http://localhost:${port} {
  reverse_proxy ${to} {
    ${isFastCgi ? 'flush_interval -1\n    transport fastcgi {\n      root /\n    }' : ''}
  }
}
`;
}
