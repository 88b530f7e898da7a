// Sees to it that what a process wrote last is read, although it has ended: it tells which requests it had begun.

import type { Socket } from 'node:net';

/** What lies ready is read in one round of the event loop; one more, because a pause may have cost the first. */
const QUIET_ROUNDS = 2;
/** Something else, a child of the process perhaps, may hold its end and write without end. */
const ROUNDS_MAX = 1_000;

/**
 * Destroys a socket whose peer writes no more, once everything received has been read. Rounds of the event loop are
 * counted and not time: however long a round takes, each of them reads.
 */
export function destroyWhenRead(socket: Socket, error?: Error): void {
  // Nobody's pace counts any more.
  socket.on('pause', () => process.nextTick(() => socket.resume()));
  socket.resume();
  let seenBytes = socket.bytesRead;
  let quiet = 0;
  let rounds = 0;
  const look = (): void => {
    quiet = socket.bytesRead === seenBytes ? quiet + 1 : 0;
    seenBytes = socket.bytesRead;
    if (quiet <= QUIET_ROUNDS && ++rounds < ROUNDS_MAX) setImmediate(look);
    else socket.destroy(error);
  };
  setImmediate(look);
}

/**
 * Makes a failed write end the socket only after that too. Left alone, Node throws away what has been received, or does
 * not tell of it any more; so the stream does not hear of the failure, and takes itself to be writing until it is over.
 *
 * @param failed called at the first write that fails
 */
export function readBeforeFailing(socket: Socket, failed: () => void): void {
  const write = socket._write.bind(socket);
  const writev = socket._writev?.bind(socket);
  const unlessFailed =
    (done: WriteDone): WriteDone =>
    (error) => {
      if (!error) return done();
      failed();
      destroyWhenRead(socket, error);
    };
  socket._write = (chunk, encoding, done) => write(chunk, encoding, unlessFailed(done));
  if (writev) socket._writev = (chunks, done) => writev(chunks, unlessFailed(done));
}

type WriteDone = (error?: Error | null) => void;
