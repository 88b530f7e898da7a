// Client -> gateway -> FastCGI, SCGI, uwsgi or HTTP -> uWSGI.
import { row } from '../cases/case.ts';
import { startRelay } from '../harness/relay.ts';
import { startUwsgi, uwsgiParts, type UwsgiProtocol } from '../harness/servers/uwsgi.ts';
import { instead } from './differences.ts';
import { runningBehind, type Difference, type Path } from './path.ts';

const differences: readonly Difference[] = [
  ...['Range: from the middle to the end', 'Range: the last bytes'].map((of) => ({
    of,
    because: 'uWSGI sends a file from its beginning, wherever the application has moved to in it',
  })),
  instead(
    'an exception before the head is a 500',
    'uWSGI hangs up',
    row('', { target: '/raise-before-head' }, { status: 502, logs: [/raised before the head/] }),
  ),
  instead(
    'an exception after the head breaks the response off',
    'uWSGI ends it as if it were whole',
    row(
      '',
      { target: '/raise-after-head' },
      { status: 200, text: 'the beginning', logs: [/raised after the head/] },
    ),
  ),
];

// A reply without a head, and one that is shorter than it says.
const BROKEN_OFF = [/SLUICE_UPSTREAM_(?:PROTOCOL|LOST).*\/(?:raise-before-head|short-body)/];

/** uWSGI behind the gateway. */
export const uwsgiServerPaths: readonly Path[] = [
  uwsgiPath('FastCGI', 'fastcgi'),
  uwsgiPath('SCGI', 'scgi'),
  uwsgiPath('uwsgi', 'uwsgi'),
  uwsgiPath('HTTP', 'http'),
];

function uwsgiPath(title: string, protocol: UwsgiProtocol): Path {
  return {
    name: `HTTP, gateway, ${title}, uWSGI`,
    needs: uwsgiParts,
    traits: { buffersRequests: true, acceptsRawBytes: false, mergesSlashes: false },
    differences,
    async start(bed) {
      const back = await bed.reservePort();
      const uwsgi = await startUwsgi(bed, protocol, back);
      const port = await bed.reservePort();
      const upstream = [`protocol = "${protocol}"`, `servers = ["127.0.0.1:${back}"]`];
      // Its http-socket closes each connection and does not say so.
      if (protocol === 'http') upstream.push('keep_alive = 0');
      const relay = await startRelay(bed, { port, upstream, isStreaming: false, expectedLog: BROKEN_OFF });
      return runningBehind(port, relay, uwsgi);
    },
  };
}
