// Owns the one buffer that plain sockets read into. Left alone, Node makes one of 64 KiB for every read, which costs more
// than all else about a small request's arrival.

import { Socket } from 'node:net';

/** As much as Node asks the system for at a time. */
const READ_BYTES = 64 * 1024;

const shared = Buffer.allocUnsafeSlow(READ_BYTES);

/** The system's side of a socket; Node's types do not know it. */
interface Handle {
  useUserBuffer?(buffer: Uint8Array): void;
}
interface Handled {
  _handle: Handle | null | undefined;
}

/**
 * A socket that stands for `socket` from now on: the same connection, but what is read comes in exact copies, which are the
 * listener's, by `data` events alone (neither `read()` nor iteration). Each is closed with the other, so that whoever counts
 * `socket` goes on doing so.
 *
 * Returns `socket` itself where it is not a plain one, or has something that was read or is yet to be written.
 */
export function withSharedReads(socket: Socket): Socket {
  const handled = socket as unknown as Handled;
  const handle = handled._handle;
  if (!handle?.useUserBuffer || !isUntouched(socket)) return socket;
  handled._handle = null;
  const options = {
    handle,
    allowHalfOpen: socket.allowHalfOpen,
    onread: {
      buffer: shared,
      callback: (bytes: number): boolean => {
        successor.emit('data', Buffer.from(shared.subarray(0, bytes)));
        return true;
      },
    },
  };
  const successor = new Socket(options);
  const destroy = successor._destroy.bind(successor);
  // Not at its event 'close', which never comes where a connection that is to be reset has already ended.
  successor._destroy = (error, done): void => {
    destroy(error, done);
    socket.destroy();
  };
  socket.once('close', () => successor.destroy());
  return successor;
}

function isUntouched(socket: Socket): boolean {
  const isPlain = Object.getPrototypeOf(socket) === Socket.prototype;
  return (
    isPlain &&
    !socket.destroyed &&
    !socket.readableEnded &&
    socket.readableLength + socket.writableLength === 0
  );
}
