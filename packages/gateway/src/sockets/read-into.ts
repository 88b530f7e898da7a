// Lets a socket read into memory of our choosing, which `onread` does only for sockets that one connects oneself.

import { Socket } from 'node:net';

/** Node's native side of a socket, as far as it is used here. */
interface Handle {
  useUserBuffer?(buffer: Uint8Array): void;
}

type Marks = Socket & { _handle?: Handle | null } & Record<symbol, unknown>;

/** Where Node keeps what `onread` was given; the symbols are the same for every socket. */
const symbols = Object.getOwnPropertySymbols(new Socket());
const symbolOf = (name: string): symbol | undefined =>
  symbols.find(({ description }) => description === name);
const BUFFER = symbolOf('kBuffer');
const CALLBACK = symbolOf('kBufferCb');
const NEXT_BUFFER = symbolOf('kBufferGen');

/**
 * Reads a socket into buffers that are asked for one read after the other, instead of one that is allocated for each read,
 * which for much traffic costs more than the reading. Everything but 'data' is as it was. Returns false, and changes
 * nothing, for a socket that cannot do that: one without a descriptor, or of a Node that keeps this elsewhere.
 *
 * @param buffer where the next read goes; asked for after each read
 * @param received takes what has been read: a view of that buffer
 */
export function readInto(socket: Socket, buffer: () => Buffer, received: (bytes: Buffer) => void): boolean {
  const marks = socket as Marks;
  const handle = marks._handle;
  if (!BUFFER || !CALLBACK || !NEXT_BUFFER || !handle?.useUserBuffer || socket.readableLength > 0)
    return false;
  let current = buffer();
  marks[BUFFER] = current;
  marks[CALLBACK] = (count: number) => {
    received(current.subarray(0, count));
    return true;
  };
  marks[NEXT_BUFFER] = () => (current = buffer());
  handle.useUserBuffer(current);
  socket.resume();
  return true;
}
