// Client -> Caddy -> FastCGI or HTTP -> gateway.
import { expect } from '@jest/globals';
import { exchange, whole } from '../harness/http.ts';
import { expectHealthy, row } from '../cases/case.ts';
import { brokenUpload } from '../cases/departures.ts';
import { streamedUpload } from '../cases/streaming.ts';
import { behind } from './behind.ts';
import { instead } from './differences.ts';
import type { Difference, Path } from './path.ts';

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

const traits = { buffersRequests: false, acceptsRawBytes: false, mergesSlashes: false };
const common = { server: 'caddy', traits } as const;

/** Caddy with the `fastcgi` transport, and with `reverse_proxy` alone. */
export const caddyPaths: readonly Path[] = [
  behind({
    ...common,
    name: 'Caddy, FastCGI (unix)',
    protocol: 'fastcgi',
    transport: 'unix',
    differences: fcgiDifferences,
  }),
  behind({
    ...common,
    name: 'Caddy, HTTP (tcp)',
    protocol: 'http',
    transport: 'tcp',
    differences: [ENDS_BROKEN],
  }),
];
