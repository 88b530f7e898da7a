// Closes connections whose client is still sending, so that it gets to read its answer.

import type { Socket } from 'node:net';

/** How long the client may go on sending. What it sends is read and thrown away. */
const LINGER_MS = 5_000;

/**
 * Changes how Node ends this socket when its last reply is out. Closed with unread bytes, the kernel would reset the
 * connection, and a client that is still sending would lose the reply; so only our direction is closed, and the client has a
 * while to see that.
 */
export function linger(socket: Socket): void {
  socket.destroySoon = (): void => {
    socket.end();
    const deadline = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(deadline));
  };
}
