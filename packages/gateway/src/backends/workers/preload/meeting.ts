// Owns the place where the workers of a fork server open their channels: a Unix socket in a directory that only the user of the
// gateway can enter. Whoever comes says with its first frame who it is (docs/reference/worker-wire.md section 10).

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteQueue } from '../byte-queue.ts';
import { FRAME, HEADER_BYTES, TOKEN_BYTES } from '../frames.ts';

/**
 * Takes a channel: its token, its number, and what has come behind HELLO. Returns false if it belongs to nobody.
 */
export type TakeChannel = (token: string, number: number, socket: Socket, rest: Buffer) => boolean;

const HELLO_WITHIN_MS = 5_000;
const HELLO_BYTES = HEADER_BYTES + TOKEN_BYTES;
/** Of sockaddr_un, with the NUL at its end. */
const PATH_BYTES_MAX = 107;

/** A listening socket for channels. */
export class Meeting {
  readonly path: string;
  readonly #directory: string;
  readonly #server: Server;
  readonly #take: TakeChannel;
  readonly #strangers = new Set<Socket>();

  /**
   * Opens it. Throws if the directory cannot be made.
   *
   * @param failed called later if the system refuses the socket
   * @param parent where to make the directory; default the temporary directory of the system
   */
  constructor(take: TakeChannel, failed: (error: Error) => void, parent: string = tmpdir()) {
    this.#take = take;
    this.#directory = mkdtempSync(join(parent, `sluice-preload-${process.pid}-`));
    this.path = join(this.#directory, 'meeting');
    this.#server = createServer((socket) => this.#greet(socket));
    this.#server.on('error', failed);
    if (Buffer.byteLength(this.path) > PATH_BYTES_MAX) {
      rmSync(this.#directory, { recursive: true, force: true });
      throw new Error(`${this.path} is too long for a Unix socket; set TMPDIR to a shorter directory`);
    }
    this.#server.listen(this.path);
  }

  /** Takes nobody any more, and removes the directory. Channels that have been taken stay. */
  close(): void {
    this.#server.close();
    for (const socket of this.#strangers) socket.destroy();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #greet(socket: Socket): void {
    const queue = new ByteQueue();
    this.#strangers.add(socket);
    const deadline = setTimeout(() => socket.destroy(), HELLO_WITHIN_MS);
    socket.on('error', () => {
      // Its owner hears of the end of a channel; a stranger has no owner.
    });
    socket.once('close', () => {
      clearTimeout(deadline);
      this.#strangers.delete(socket);
    });
    const read = (chunk: Buffer): void => {
      queue.push(chunk);
      if (!queue.has(HELLO_BYTES)) return;
      socket.off('data', read);
      clearTimeout(deadline);
      this.#strangers.delete(socket);
      const isHello =
        queue.uint32(0) === TOKEN_BYTES && queue.uint8(4) === FRAME.hello && queue.uint8(5) === 0;
      const number = queue.uint16(6);
      const token = queue.take(HELLO_BYTES).toString('latin1', HEADER_BYTES);
      if (!isHello || !this.#take(token, number, socket, takeAll(queue))) socket.destroy();
    };
    socket.on('data', read);
  }
}

function takeAll(queue: ByteQueue): Buffer {
  const { length } = queue;
  return queue.has(length) ? queue.take(length) : Buffer.alloc(0);
}
