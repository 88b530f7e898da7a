// Reads what the kernel has sent on TCP connections and the peers have not acknowledged, or could not be sent yet.

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** Fields of a line, counted from 0: addresses as `HEX:PORT`, queues as `SENT:RECEIVED`. */
const LOCAL = 1;
const REMOTE = 2;
const QUEUES = 4;

const TABLES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];

/**
 * Bytes by socket, for those the system tells of: TCP on Linux. The tables are read whole, so this is not for every day.
 *
 * @param read reads a file; default from the disk
 */
export function unacknowledgedBytes(
  sockets: readonly Socket[],
  read: (path: string) => string = (path) => readFileSync(path, 'latin1'),
): ReadonlyMap<Socket, number> {
  const byPorts = new Map<string, Socket>();
  for (const socket of sockets) {
    const { localPort, remotePort } = socket;
    if (localPort !== undefined && remotePort !== undefined)
      byPorts.set(`${localPort} ${remotePort}`, socket);
  }
  const found = new Map<Socket, number>();
  if (byPorts.size === 0) return found;
  for (const table of TABLES) {
    for (const line of linesOf(table, read)) {
      const fields = line.trim().split(/\s+/);
      const socket = byPorts.get(`${portOf(fields[LOCAL])} ${portOf(fields[REMOTE])}`);
      // Two peers may use the same port on different machines; either is busy then, and nobody is closed too early.
      if (socket) found.set(socket, (found.get(socket) ?? 0) + Number.parseInt(fields[QUEUES] ?? '0', 16));
    }
  }
  return found;
}

function linesOf(table: string, read: (path: string) => string): string[] {
  try {
    return read(table).split('\n').slice(1);
  } catch {
    return []; // Not this system.
  }
}

function portOf(address: string = ''): number {
  return Number.parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
}
