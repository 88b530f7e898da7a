// Waiting for what has no event of its own, by looking again each round of the event loop until a deadline.

import type { Server, Socket } from 'node:net';

const DEADLINE_MS = 10_000;

/** Resolves when the condition holds; rejects, saying what was waited for, after ten seconds. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Resolves when a server has at most so many connections. */
export async function untilLeft(server: Pick<Server, 'getConnections'>, countMax: number): Promise<void> {
  let count = Infinity;
  await until(`at most ${countMax} connections are left`, () => {
    server.getConnections((_error, open) => (count = open));
    return count <= countMax;
  });
}

/** Resolves when the socket is closed: by a reset if something it sent had not been read. */
export function closed(socket: Socket): Promise<void> {
  const isClosed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {}).resume();
  return isClosed;
}
