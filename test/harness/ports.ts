// TCP ports for servers that cannot choose one themselves.
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';

// Below the range from which the kernel takes ports for outgoing connections and for port 0.
const FIRST_PORT = 21_000;
const PORT_COUNT = 10_000;

/** A loopback port that no other test takes until it is released. */
export interface ReservedPort {
  readonly port: number;
  readonly release: () => void;
}

/**
 * Reserves a free port. The reservation is a listening abstract Unix socket named after the port: it goes away with
 * this process however it ends, and does not stand in the way of the server that will bind the port.
 */
export async function reservePort(): Promise<ReservedPort> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    const lock = await tryListen({ path: `\0sluice-e2e-port-${port}` });
    if (!lock) continue;
    const probe = await tryListen({ host: '127.0.0.1', port, exclusive: true });
    if (!probe) {
      lock.close();
      continue;
    }
    probe.close();
    await once(probe, 'close');
    lock.unref();
    return { port, release: () => lock.close() };
  }
  throw new Error('no free port found');
}

async function tryListen(options: {
  path?: string;
  host?: string;
  port?: number;
  exclusive?: boolean;
}): Promise<Server | undefined> {
  const server = createServer();
  server.listen(options);
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
}
