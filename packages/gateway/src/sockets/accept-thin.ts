// Has a listening server make its connections of thin sockets.

import type { Server } from 'node:net';
import type { ServerInternals } from './native.ts';
import { ThinSocket } from './thin-socket.ts';

/** What Node keeps of a server's connections, besides. */
interface Internals extends ServerInternals {
  _connections?: number;
  _emitCloseIfDrained?(): void;
}

/**
 * From now on connections of `server`, which listens, are instances of {@link ThinSocket}. Everything else is as it was: limits,
 * `close`, who is told. Returns false, and changes nothing, where Node keeps its insides elsewhere.
 */
export function acceptThin(server: Server): boolean {
  const internals = server as unknown as Internals;
  const listening = internals._handle;
  const usual = listening?.onconnection;
  const isKnown = internals._connections !== undefined && internals._emitCloseIfDrained !== undefined;
  if (!listening || !usual || !isKnown || !ThinSocket.isPossible) return false;
  const released = (): void => {
    internals._connections = (internals._connections ?? 1) - 1;
    internals._emitCloseIfDrained?.();
  };
  listening.onconnection = function (status, handle): void {
    const count = internals._connections ?? 0;
    const isFull = server.maxConnections !== undefined && count >= server.maxConnections;
    // Whatever is not to be served is Node's to refuse.
    if (status !== 0 || !handle?.useUserBuffer || isFull) {
      usual.call(this, status, handle);
      return;
    }
    internals._connections = count + 1;
    handle.setNoDelay?.(true);
    server.emit('connection', new ThinSocket(handle, released));
  };
  return true;
}
