// Client -> HAProxy -> FastCGI or HTTP -> gateway.
import { expect } from '@jest/globals';
import { chunked, exchange, type HttpRequest } from '../harness/http.ts';
import { patternBlocks, patternDigest } from '../harness/pattern.ts';
import { expectResponse } from '../cases/case.ts';
import { brokenUpload, resetWithoutReading } from '../cases/departures.ts';
import { streamedUpload } from '../cases/streaming.ts';
import { behind } from './behind.ts';
import { instead } from './differences.ts';
import type { Difference, Path } from './path.ts';

const HOLDS_BACK = 'HAProxy passes nothing on before it has tune.bufsize';

const differences: readonly Difference[] = [
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

// FastCGI cannot stop one request of a connection and go on with the others.
const HELD_UP = instead(
  'a client that never reads, and then resets the connection, stops the application',
  'until then it holds up the other requests of its connection',
  { run: resetWithoutReading(false) },
);

const traits = { buffersRequests: false, acceptsRawBytes: false, mergesSlashes: false };
const common = { server: 'haproxy', traits } as const;

/** Without `http-reuse always` the first request of each client gets a connection of its own. */
function multiplexed(text: string): string {
  return text
    .replace('option keep-conn', 'option keep-conn\n    option mpxs-conns\n    option max-reqs 50')
    .replace(/^ +use-fcgi-app .*$/m, '$&\n    http-reuse always');
}

/** Several requests at a time over one connection. */
export const haproxyMultiplexed: Path = fastCgi('tcp, multiplexed', multiplexed, [HELD_UP]);

/** HAProxy with an `fcgi-app`: one request at a time, several over one connection, and asking the gateway what it can. */
export const haproxyFastCgi: readonly Path[] = [
  fastCgi('unix, kept connections', (text) => text),
  fastCgi('tcp, one connection each', (text) => text.replace('option keep-conn', 'no option keep-conn')),
  haproxyMultiplexed,
  fastCgi(
    'unix, get-values, multiplexed',
    (text) => multiplexed(text).replace('no option get-values', 'option get-values'),
    [HELD_UP],
  ),
];

/** HAProxy over HTTP. */
export const haproxyHttp: Path = behind({
  ...common,
  name: 'HAProxy, HTTP (tcp)',
  protocol: 'http',
  transport: 'tcp',
});

/** HAProxy over HTTP, with either version of the PROXY protocol. */
export const haproxyProxyProtocol: readonly Path[] = (['send-proxy', 'send-proxy-v2'] as const).map(
  (send, index) => {
    const transport = index === 0 ? 'tcp' : 'unix';
    return behind({
      ...common,
      name: `HAProxy, HTTP (${transport}, ${send})`,
      protocol: 'http',
      transport,
      listenLines: ['proxy_protocol = true'],
      edit: (text) => text.replace(/^( +server gateway1 .*)$/m, `$1 ${send}`),
    });
  },
);

function fastCgi(how: string, edit: (text: string) => string, more: readonly Difference[] = []): Path {
  return behind({
    ...common,
    name: `HAProxy, FastCGI (${how})`,
    protocol: 'fastcgi',
    transport: how.startsWith('unix') ? 'unix' : 'tcp',
    differences: [...differences, ...more],
    edit,
  });
}
