// Checks whether the servers of upstreams accept connections. One that does not is no mistake: it may be started later.
import { Connections } from '../../backends/upstreams/connections.ts';
import { Names } from '../../backends/upstreams/names.ts';
import { formatServer, type ServerSpec } from '../../backends/upstreams/server.ts';
import { defaultUpstream, type GatewayConfig, type UpstreamConfig } from '../../config/index.ts';
import type { Report } from './report.ts';

/** Long enough for any server that is well. */
const CONNECT_TIMEOUT_MS = 2_000;

/** Checks every server of every upstream, and those that routes name. */
export async function checkUpstreams({ upstreams, routes }: GatewayConfig, report: Report): Promise<void> {
  for (const [name, upstream] of Object.entries(upstreams)) {
    await checkServers(`upstream ${name}`, upstream, report);
  }
  for (const { path, to } of routes) {
    if (to.kind !== 'server') continue;
    await checkServers(`route ${path}`, defaultUpstream(to.protocol, to.address), report);
  }
}

async function checkServers(
  subject: string,
  { servers, resolveMs }: UpstreamConfig,
  report: Report,
): Promise<void> {
  let found: readonly ServerSpec[] = [];
  const names = new Names(servers, resolveMs, {
    changed: (specs) => (found = specs),
    failed: (name, reason) => report.note(subject, `${name} cannot be looked up: ${reason}`),
  });
  await names.start();
  names.stop();
  for (const { address } of found) {
    const failure = await tryToConnect(address);
    if (failure === null) report.ok(subject, `${formatServer(address)} accepts connections`);
    else report.note(subject, `${formatServer(address)} does not accept connections now: ${failure}`);
  }
}

/** Null if a connection stands, else why it does not. */
function tryToConnect(address: ServerSpec['address']): Promise<string | null> {
  const options = { connectTimeoutMs: CONNECT_TIMEOUT_MS, keptCount: 0, keptForMs: 0 };
  const connections = new Connections(address, SILENT, options);
  return new Promise((resolve) => {
    connections.open({
      opened: (link) => {
        link.destroy();
        resolve(null);
      },
      failed: ({ message }) => resolve(message),
    });
  });
}

/** Nothing is said on these connections. */
const SILENT = {
  name: 'none',
  keepAliveDefault: 0,
  needsLength: false,
  attach: () => ({
    send: (): never => {
      throw new Error('nothing is sent here');
    },
    close: () => {},
  }),
};
