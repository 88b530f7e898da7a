// One gigabyte through the gateway, up and down: how much of it is in memory at once?
import { apache, startApache } from '../../servers/apache.mjs';
import { nginx, startNginx } from '../../servers/nginx.mjs';
import { sluice, startSluiceWith } from '../../servers/sluice.mjs';
import { readMemory, resetPeakMemory } from '../../stage/proc.mjs';
import { freePort } from '../../stage/ports.mjs';
import { isServed } from '../numbers.mjs';

const BYTES = 1_000_000_000;
const UNTIL_MS = 300_000;
/** Slower than the application, so that the reply goes to its file. */
const STEADY_BYTES_PER_SECOND = 100_000_000;

const MORE = { pool: 'processes = 2', sections: ['[body]', 'max = "2GiB"', '[reply]', 'max = "2GiB"'] };
const STREAMED = ['[[route]]', 'path = "/stream/"', 'to = "pool:default"', 'streaming = true'];

const serve = (stage, setup, protocol, address) =>
  startSluiceWith(stage, setup, [
    '[[listen]]',
    `protocol = "${protocol}"`,
    `address = "${address}"`,
    '[pool.default]',
    MORE.pool,
    ...MORE.sections,
    ...STREAMED,
  ]);

/** @type {readonly import('../peers.mjs').GatePeer[]} */
const peers = [
  {
    name: 'http',
    label: 'HTTP, no web server',
    needs: [sluice],
    async start(stage, setup) {
      const address = `127.0.0.1:${await freePort()}`;
      serve(stage, setup, 'http', address);
      return `http://${address}/`;
    },
  },
  {
    name: 'fastcgi',
    label: 'FastCGI, nginx without buffers',
    needs: [nginx, sluice],
    async start(stage, setup) {
      const upstream = `unix:${stage.path('fastcgi')}`;
      serve(stage, setup, 'fastcgi', upstream);
      const lines = ['fastcgi_request_buffering off;', 'fastcgi_buffering off;'];
      return startNginx(stage, { protocol: 'fastcgi', upstream, isKept: true }, { lines });
    },
  },
  {
    name: 'ajp',
    label: 'AJP, Apache',
    needs: [apache, sluice],
    async start(stage, setup) {
      const address = `127.0.0.1:${await freePort()}`;
      serve(stage, setup, 'ajp', address);
      const lines = [`ProxyPass / ajp://${address}/ enablereuse=on timeout=300`];
      return startApache(stage, { modules: ['proxy', 'proxy_ajp'], lines });
    },
  },
];

/** @type {import('./scenario.mjs').Scenario} */
export const gigabyte = {
  name: 'gigabyte',
  title: '1 GB up and down',
  about:
    () => `One transfer of 1,000,000,000 bytes. Up: collected in a file before the application runs, or streamed to it. Down: to a client
that takes all it can get, or 100 MB a second, so that the rest of the reply waits in a file. "Rise" is how far the largest resident memory
of the gateway's process during the transfer is above that before it.`,
  rounds: { quick: 1, short: 1, full: 1 },
  cases: [
    { name: 'up-spooled', title: 'up, by a file', load: { path: '/sink', upload: BYTES } },
    { name: 'up-streamed', title: 'up, streamed', load: { path: '/stream/sink', upload: BYTES } },
    { name: 'down', title: 'down, as fast as it goes', load: { path: '/giant' } },
    { name: 'down-steady', title: 'down, 100 MB/s', load: { path: '/giant', pace: STEADY_BYTES_PER_SECOND } },
  ],
  peers,
  seconds: () => 8,
  async measure({ generator, url, seed, signal, stage, case: { load } }) {
    const gateway = stage.processes().find(({ role }) => role === 'gateway');
    const before = readMemory(gateway.pid).residentBytes;
    resetPeakMemory(gateway.pid);
    const { requests } = await generator.run(
      url,
      [{ ...load, clients: 1, most: 1, until: UNTIL_MS, giveUp: UNTIL_MS }],
      { seed, signal },
    );
    const [request] = requests;
    const isWhole = isServed(request) && (load.upload !== undefined || request.bodyBytes === BYTES);
    return {
      isWhole,
      status: request.status,
      outcome: request.outcome,
      bodyBytes: request.bodyBytes,
      seconds: request.latencyMs / 1000,
      beforeBytes: before,
      riseBytes: readMemory(gateway.pid).peakBytes - before,
    };
  },
};
