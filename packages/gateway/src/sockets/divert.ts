// Takes connections of a listening server away when they have just been accepted, and puts in those that come from elsewhere.

import type { Server } from 'node:net';
import type { Handle, ServerInternals } from './native.ts';

/**
 * Asks `takes` for every connection that `server`, which listens, has accepted. What it takes is its own, and nothing has been read
 * from it. Returns what gives the server a connection as if it had accepted it; null, and nothing is asked, where Node keeps its
 * insides elsewhere.
 */
export function divert(
  server: Server,
  takes: (handle: Handle) => boolean,
): ((handle: Handle) => void) | null {
  const listening = (server as unknown as ServerInternals)._handle;
  const usual = listening?.onconnection;
  if (!listening || !usual) return null;
  listening.onconnection = function (status, handle): void {
    const isTaken = status === 0 && handle !== undefined && takes(handle);
    if (!isTaken) usual.call(this, status, handle);
  };
  return (handle) => usual.call(listening, 0, handle);
}
