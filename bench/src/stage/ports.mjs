// TCP ports for servers that cannot choose one themselves.
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the range from which the kernel takes ports for outgoing connections and for port 0.
const FIRST_PORT = 11_000;
const PORT_COUNT = 9_000;

const given = new Set();

/** A free loopback port, a different one each time. */
export async function freePort() {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT);
    if (!given.has(port) && (await isFree(port))) {
      given.add(port);
      return port;
    }
  }
  throw new Error('no free port found');
}

async function isFree(port) {
  const server = createServer().listen({ host: '127.0.0.1', port, exclusive: true });
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
