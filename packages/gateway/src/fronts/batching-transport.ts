// A socket transport that gathers what is written while the event loop reads, and sends it when it has read everything.

import { SocketTransport, type SocketConnection } from '@sluice/fastcgi';
import type { Socket } from 'node:net';
import { BLOCK_BYTES, LARGE_BLOCK_BYTES } from '../exchange/blocks.ts';
import { Loans } from '../exchange/loans.ts';
import { readInto } from '../sockets/read-into.ts';
import { ThinSocket } from '../sockets/thin-socket.ts';

/** Where web servers' bytes are received: each is copied to where it belongs before the next read. */
const RECEIVED = Buffer.allocUnsafeSlow(BLOCK_BYTES);

/** So much is worth waking the web server for: it reads while the rest is made. */
const WORTH_SENDING_BYTES = 32 * 1024;

/** Up to this size the only write of a round stays out of the stream's own gathering, which costs more than the write. */
const ALONE_BYTES_MAX = 8 * 1024;

/** So much may wait in a socket: what it does not take, and one read from a worker that it has not been asked to take yet. */
const UNSENT_BYTES_HIGH = LARGE_BLOCK_BYTES + 64 * 1024;

let waiting: BatchingTransport[] = [];

/**
 * Each write to a sleeping peer wakes it up, and that costs more than the write. Small replies that become ready in the same
 * round of the event loop therefore go out one right after the other at its end, so that the web server, once awake,
 * finds them all.
 */
export class BatchingTransport extends SocketTransport {
  readonly #socket: Socket;
  readonly #loans = new Loans();
  /** The only thing written in this round so far; small, and to a socket that has nothing else to send. */
  #alone: Uint8Array | null = null;
  /** Whether more has been written in this round: the stream of the socket gathers it. */
  #isCorked = false;
  #isWaiting = false;

  constructor(socket: Socket) {
    super(socket);
    this.#socket = socket;
  }

  /** Passes on what the socket receives, in copies. */
  override attach(connection: SocketConnection): void {
    this.#attach(connection, (bytes) => connection.receive(Buffer.from(bytes)));
  }

  /** Instead of `attach`, for a connection that does not need what it has received once its `receive` has returned. */
  attachReusing(connection: SocketConnection): void {
    this.#attach(connection, (bytes) => connection.receive(bytes));
  }

  override write(bytes: Uint8Array): boolean {
    const isFirst = !this.#alone && !this.#isCorked;
    if (!this.#isWaiting) this.#wait();
    if (isFirst && bytes.length <= ALONE_BYTES_MAX && this.#socket.writableLength === 0) {
      this.#alone = bytes;
      return true;
    }
    this.#cork();
    this.#send(bytes);
    if (this.#socket.writableLength >= WORTH_SENDING_BYTES) this.#flush();
    // Node says false much earlier, and 'drain' whenever it has: nobody is left to wait.
    return this.#socket.destroyed || this.#socket.writableLength <= UNSENT_BYTES_HIGH;
  }

  override uncork(): void {
    super.uncork();
    this.#loans.settle(this.#socket);
  }

  override end(isLast: boolean = false): void {
    this.#flush();
    const socket: unknown = this.#socket;
    if (!(socket instanceof ThinSocket)) super.end();
    else if (isLast) socket.close();
    else socket.end();
  }

  override destroy(): void {
    this.#flush();
    super.destroy();
  }

  #attach(connection: SocketConnection, received: (bytes: Buffer) => void): void {
    const socket = this.#socket;
    socket.on('drain', () => this.#loans.settle(socket));
    this.attachEvents(connection);
    const thin: unknown = socket;
    if (thin instanceof ThinSocket) thin.read(RECEIVED, received);
    else if (!readInto(socket, () => RECEIVED, received)) socket.on('data', received);
  }

  #send(bytes: Uint8Array): void {
    super.write(bytes);
    this.#loans.add(bytes);
  }

  #wait(): void {
    this.#isWaiting = true;
    if (waiting.length === 0) setImmediate(flushAll);
    waiting.push(this);
  }

  #cork(): void {
    if (!this.#isCorked) this.#socket.cork();
    this.#isCorked = true;
    this.#sendAlone();
  }

  #sendAlone(): void {
    const bytes = this.#alone;
    this.#alone = null;
    if (bytes) this.#send(bytes);
  }

  #flush(): void {
    this.#sendAlone();
    if (this.#isCorked) this.#socket.uncork();
    this.#isCorked = false;
    this.#loans.settle(this.#socket);
  }

  static flushAll(): void {
    const transports = waiting;
    waiting = [];
    for (const transport of transports) {
      transport.#isWaiting = false;
      transport.#flush();
    }
  }
}

function flushAll(): void {
  BatchingTransport.flushAll();
}
