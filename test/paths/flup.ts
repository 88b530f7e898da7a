// Client -> gateway -> FastCGI, AJP or SCGI -> flup.
import { expect } from '@jest/globals';
import { row } from '../cases/case.ts';
import { whole } from '../harness/http.ts';
import { PATTERN, patternBody, patternDigest } from '../harness/pattern.ts';
import { startRelay } from '../harness/relay.ts';
import { flupParts, startFlup, type FlupProtocol } from '../harness/servers/flup.ts';
import { instead } from './differences.ts';
import { runningBehind, type Difference, type Path } from './path.ts';

const ENDS_BROKEN = instead(
  'an exception after the head breaks the response off',
  'flup ends it as if it were whole',
  row(
    '',
    { target: '/raise-after-head' },
    { status: 200, text: 'the beginning', logs: [/raised after the head/] },
  ),
);

// flup ends it as if it were whole; the gateway counts.
const SHORT_BODY = /SLUICE_UPSTREAM_PROTOCOL.*\/short-body/;

// What the path becomes where nobody decodes it.
const UNDECODED: readonly (readonly [of: string, pathInfo: string])[] = [
  ['a percent-encoded blank', '/environ/a%20b'],
  ['a percent-encoded slash', '/environ/a%2Fb'],
  ['a percent-encoded percent sign is decoded once', '/environ/%2541'],
  ['UTF-8, as one character for each byte', '/environ/caf%C3%A9'],
  ['latin-1', '/environ/caf%E9'],
];

const ajpDifferences: readonly Difference[] = [
  ENDS_BROKEN,
  instead(
    'PATCH with a body',
    'flup knows only the methods that have a number, and hangs up',
    row(
      '',
      { method: 'PATCH', target: '/environ', body: whole('body') },
      {
        status: 502,
        logs: [/SLUICE_UPSTREAM_/, /list index out of range|IndexError|Exception caught in Connection/],
      },
    ),
  ),
  ...UNDECODED.map(([of, pathInfo]) =>
    instead(
      of,
      'flup does not decode paths over AJP',
      row('', { target: pathInfo }, { status: 200, json: { PATH_INFO: pathInfo } }),
    ),
  ),
  ...['`..` is resolved', '`.` is resolved'].map((of) =>
    instead(
      of,
      'flup takes the path as the client sent it',
      row('', { target: '/environ/b/../x' }, { status: 200, json: { PATH_INFO: '/environ/b/../x' } }),
    ),
  ),
  instead(
    '32 KB of cookies',
    'flup takes packets of 8 KiB; the gateway answers 431',
    row(
      '',
      { target: '/cookies', headers: [['Cookie', 'c'.repeat(8200)]] },
      { status: 431, logs: [/SLUICE_/] },
    ),
  ),
  instead(
    '100 MB up',
    'not tried: flup needs 40 ms for each 8 KiB',
    row(
      '',
      { method: 'POST', target: '/digest', body: patternBody(100_000) },
      { status: 200, json: { sha256: patternDigest(100_000) } },
    ),
  ),
  ...['an upload of 1048576 bytes', 'a chunked upload that is spooled'].map((of) =>
    instead(
      of,
      'with 200 kB: flup needs 40 ms for each 8 KiB',
      row(
        '',
        { method: 'POST', target: '/digest', body: patternBody(200_000) },
        { status: 200, json: { sha256: patternDigest(200_000) } },
      ),
    ),
  ),
  instead(
    'an exception before the head is a 500',
    'flup sends its error page with 200',
    row(
      '',
      { target: '/raise-before-head' },
      {
        status: 200,
        logs: [/raised before the head/],
        also: ({ body }) => expect(body.toString()).toContain('Unhandled Exception'),
      },
    ),
  ),
];

const UPLOADS = [
  'an upload of 1 bytes',
  ...[131_071, 131_072, 131_073, 1_048_576].map((size) => `an upload of ${size} bytes`),
  'a chunked upload',
  'a chunked upload that is spooled',
  '100 MB up',
];

const UNREAD =
  'where a body is not read flup resets the connection, and the reply may be lost; so it is read';

const scgiDifferences: readonly Difference[] = [
  ENDS_BROKEN,
  ...['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'].map((method) =>
    instead(
      `${method} with a body`,
      UNREAD,
      row('', { method, target: '/echo', body: whole('body') }, { status: 200, text: 'body' }),
    ),
  ),
  instead(
    'an upload the application does not read',
    UNREAD,
    row('', { method: 'POST', target: '/echo', body: whole(PATTERN) }, { status: 200 }),
  ),
  ...UPLOADS.map((of) =>
    instead(
      of,
      'the input of flup has no end over SCGI: the application has to go by CONTENT_LENGTH',
      row(
        '',
        { method: 'POST', target: '/echo', body: whole(PATTERN) },
        { status: 200, text: PATTERN.toString('latin1') },
      ),
    ),
  ),
];

/** flup behind the gateway. */
export const flupPaths: readonly Path[] = [
  flupPath('FastCGI', 'fastcgi', [ENDS_BROKEN]),
  flupPath('AJP', 'ajp', ajpDifferences),
  flupPath('SCGI', 'scgi', scgiDifferences),
];

function flupPath(title: string, protocol: FlupProtocol, differences: readonly Difference[]): Path {
  return {
    name: `HTTP, gateway, ${title}, flup`,
    needs: flupParts,
    traits: { buffersRequests: true, acceptsRawBytes: false, mergesSlashes: false },
    differences,
    async start(bed) {
      const back = await bed.reservePort();
      const flup = await startFlup(bed, protocol, back);
      const port = await bed.reservePort();
      const upstream = [`protocol = "${protocol}"`, `servers = ["127.0.0.1:${back}"]`];
      const relay = await startRelay(bed, {
        port,
        upstream,
        isStreaming: false,
        expectedLog: [SHORT_BODY],
      });
      return runningBehind(port, relay, flup);
    },
  };
}
