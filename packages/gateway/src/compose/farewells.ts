// Tells which connections wait for nothing any more when the gateway ends: we have said goodbye, and the peer neither says
// it too nor sends anything. Apache does not look at a kept connection before it needs it again.

import type { Socket } from 'node:net';

/** How long a peer is given. One that is still sending may have our answer to read, and a reset would take that away. */
const SILENT_MS = 1_000;

/** What it looks at. */
export type EndedSocket = Pick<Socket, 'bytesRead' | 'writableFinished'>;

/** Looks at connections again and again. */
export class Farewells<S extends EndedSocket = Socket> {
  readonly #heard = new Map<S, { readonly bytes: number; readonly sinceMs: number }>();

  /** Those of `sockets` whose peers have been silent for long enough since our end was sent. */
  unanswered(sockets: Iterable<S>, nowMs: number): S[] {
    return [...sockets].filter((socket) => {
      if (!socket.writableFinished) return false;
      const heard = this.#heard.get(socket);
      if (heard?.bytes === socket.bytesRead) return nowMs - heard.sinceMs >= SILENT_MS;
      this.#heard.set(socket, { bytes: socket.bytesRead, sinceMs: nowMs });
      return false;
    });
  }
}
