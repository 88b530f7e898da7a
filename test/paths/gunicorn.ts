// Client -> gateway -> HTTP or uwsgi -> gunicorn.
import { row } from '../cases/case.ts';
import { startRelay } from '../harness/relay.ts';
import { gunicornParts, startGunicorn, type GunicornWorker } from '../harness/servers/gunicorn.ts';
import { instead } from './differences.ts';
import { runningBehind, type Difference, type Path } from './path.ts';

const httpDifferences: readonly Difference[] = [
  ['`..` is resolved', '/environ/b/../x'] as const,
  ['`.` is resolved', '/environ/./x'] as const,
].map(([of, path]) =>
  instead(
    of,
    'gunicorn takes the path as the client sent it',
    row('', { target: path }, { status: 200, json: { PATH_INFO: path } }),
  ),
);

const uwsgiDifferences: readonly Difference[] = [
  ...[
    ['a percent-encoded percent sign is decoded once', '/environ/%2541', '/environ/A'] as const,
    ['UTF-8, as one character for each byte', '/environ/caf%C3%A9', '/environ/caf\xc3\x83\xc2\xa9'] as const,
    ['latin-1', '/environ/caf%E9', '/environ/caf\xc3\xa9'] as const,
  ].map(([of, target, pathInfo]) =>
    instead(
      of,
      'gunicorn decodes the path of a uwsgi packet once more, and makes UTF-8 of it',
      row('', { target }, { status: 200, json: { PATH_INFO: pathInfo } }),
    ),
  ),
  instead(
    'an exception after the head breaks the response off',
    'gunicorn ends it as if it were whole',
    row(
      '',
      { target: '/raise-after-head' },
      { status: 200, text: 'the beginning', logs: [/raised after the head/] },
    ),
  ),
];

// A reply that ends too early.
const BROKEN_OFF = [/SLUICE_UPSTREAM_(?:PROTOCOL|LOST).*\/(?:raise-after-head|short-body)/];

/** gunicorn behind the gateway. */
export const gunicornPaths: readonly Path[] = [
  gunicornPath('http', 'sync', httpDifferences),
  gunicornPath('http', 'gthread', httpDifferences),
  gunicornPath('uwsgi', 'sync', uwsgiDifferences),
];

function gunicornPath(
  protocol: 'http' | 'uwsgi',
  worker: GunicornWorker,
  differences: readonly Difference[],
): Path {
  return {
    name: `HTTP, gateway, ${protocol === 'http' ? 'HTTP' : 'uwsgi'}, gunicorn (${worker})`,
    needs: gunicornParts,
    traits: { buffersRequests: true, acceptsRawBytes: false, mergesSlashes: false },
    differences,
    async start(bed) {
      const back = await bed.reservePort();
      const gunicorn = await startGunicorn(bed, protocol, worker, back);
      const port = await bed.reservePort();
      const upstream = [`protocol = "${protocol}"`, `servers = ["127.0.0.1:${back}"]`];
      const relay = await startRelay(bed, { port, upstream, isStreaming: false, expectedLog: BROKEN_OFF });
      return runningBehind(port, relay, gunicorn);
    },
  };
}
