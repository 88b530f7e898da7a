// Client -> lighttpd -> AJP -> gateway.
import { existsSync } from 'node:fs';
import { expectResponse, row } from '../cases/case.ts';
import { exchange, headerValues } from '../harness/http.ts';
import { PATTERN, patternBody, patternDigest } from '../harness/pattern.ts';
import { startGenerated } from '../harness/servers/generated.ts';
import { lighttpdParts } from '../harness/servers/lighttpd.ts';
import { instead, smallPackets } from './differences.ts';
import { startAjpGateway } from './ajp-listener.ts';
import { runningBehind, type Difference, type AnyFront, type Path } from './path.ts';

// What lighttpd says of a response that broke off.
const EXPECTED_LOG = [/unexpected end-of-file/, /response already sent out, but backend returned error/];

// Its packets have 8 KiB, and that cannot be changed.
const differences: readonly Difference[] = [
  instead(
    'PATCH with a body',
    'lighttpd knows only the methods that have a number, else 400',
    row('', { method: 'PATCH', target: '/environ' }, { status: 400 }),
  ),
  instead(
    'a path that climbs out is refused',
    'lighttpd takes it for a path from the root',
    row('', { target: '/../environ' }, { status: 200, json: { PATH_INFO: '/environ' } }),
  ),
  partOfFile('Range: the first bytes', 'bytes=0-99', 0, 99),
  partOfFile('Range: from the middle to the end', 'bytes=40000-', 40_000),
  partOfFile('Range: the last bytes', 'bytes=-500', PATTERN.length - 500),
  ...smallPackets(400, []),
];

/** lighttpd with mod_ajp13, over a Unix socket and over TCP. */
export const lighttpdAjp: readonly [Path, Path] = [
  lighttpdPath('unix', differences),
  lighttpdPath('tcp', [
    ...differences,
    ...['100 MB up', 'a chunked upload that is spooled', 'an upload the application does not read'].map(
      notTried,
    ),
  ]),
];

function lighttpdPath(transport: 'unix' | 'tcp', differences: readonly Difference[]): Path {
  return {
    name: `lighttpd, mod_ajp13 (${transport})`,
    needs: lighttpdParts('mod_ajp13'),
    traits: { buffersRequests: true, acceptsRawBytes: false, mergesSlashes: true },
    differences,
    async start(bed, options) {
      const container = transport === 'unix' ? bed.site.path('ajp') : await bed.reservePort();
      const address = typeof container === 'number' ? `127.0.0.1:${container}` : `unix:${container}`;
      const port = await bed.reservePort();
      const gateway = await startAjpGateway(bed, options, { address, lines: ['decoded_path = true'] });
      const lighttpd = await startGenerated(bed, {
        server: 'lighttpd',
        port,
        config: bed.site.path('sluice.toml'),
      });
      for (const pattern of EXPECTED_LOG) lighttpd.expectLog(pattern);
      return runningBehind(port, gateway, lighttpd);
    },
  };
}

/** Of an upload it keeps in a file lighttpd sends the head and the data of each packet apart: 40 ms for each. */
function notTried(of: string): Difference {
  const upload = { method: 'POST', target: '/digest', body: patternBody(60_000) };
  const expected = { status: 200, json: { sha256: patternDigest(60_000) } };
  return instead(of, 'not tried, lighttpd is slow with large ones over TCP', row('', upload, expected));
}

/** Where a 206 does not come in one piece lighttpd drops its Content-Length and sends it chunked. */
function partOfFile(of: string, range: string, first: number, last = PATTERN.length - 1): Difference {
  const run = async ({ address, site }: AnyFront): Promise<void> => {
    const path = site.path('pattern');
    if (!existsSync(path)) site.write('pattern', PATTERN);
    const target = `/file?path=${encodeURIComponent(path)}`;
    const response = await exchange(address, { target, headers: [['Range', range]] });
    const chunked = headerValues(response, 'transfer-encoding').includes('chunked');
    expectResponse(response, {
      status: 206,
      headers: {
        'content-range': [`bytes ${first}-${last}/${PATTERN.length}`],
        'content-length': chunked ? [] : [String(last - first + 1)],
      },
      text: PATTERN.subarray(first, last + 1).toString('latin1'),
    });
  };
  return { of, because: 'chunked, unless it came in one piece', run };
}
