// A socket transport that gathers what is written while the event loop reads, and sends it when it has read everything.

import { SocketTransport, type SocketConnection } from '@sluice/fastcgi';
import type { Socket } from 'node:net';
import { BLOCK_BYTES } from '../exchange/blocks.ts';
import { Loans } from '../exchange/loans.ts';
import { readInto } from '../sockets/read-into.ts';

/** Where web servers' bytes are received: each is copied to where it belongs before the next read. */
const RECEIVED = Buffer.allocUnsafeSlow(BLOCK_BYTES);

/** So much is worth waking the web server for: it reads while the rest is made. */
const WORTH_SENDING_BYTES = 32 * 1024;

/** So much may wait in a socket that takes no more: about two reads from a worker. */
const UNSENT_BYTES_HIGH = 128 * 1024;

let waiting: BatchingTransport[] = [];

/**
 * Each write to a sleeping peer wakes it up, and that costs more than the write. Small replies that become ready in the same
 * round of the event loop therefore go out one right after the other at its end, so that the web server, once awake,
 * finds them all.
 */
export class BatchingTransport extends SocketTransport {
  readonly #socket: Socket;
  readonly #loans = new Loans();
  #isGathering = false;
  #isWaiting = false;

  constructor(socket: Socket) {
    super(socket);
    this.#socket = socket;
  }

  /** Instead of `attach`, for a connection that does not need what it has received once its `receive` has returned. */
  attachReusing(connection: SocketConnection): void {
    const socket = this.#socket;
    this.attach(connection);
    if (
      readInto(
        socket,
        () => RECEIVED,
        (bytes) => connection.receive(bytes),
      )
    )
      socket.removeAllListeners('data');
  }

  override attach(connection: SocketConnection): void {
    this.#socket.on('drain', () => this.#loans.settle(this.#socket));
    super.attach(connection);
  }

  override write(bytes: Uint8Array): boolean {
    if (!this.#isGathering) this.#gather();
    super.write(bytes);
    this.#loans.add(bytes);
    if (this.#socket.writableLength >= WORTH_SENDING_BYTES) this.#flush();
    // Node says false much earlier, and 'drain' whenever it has: nobody is left to wait.
    return this.#socket.destroyed || this.#socket.writableLength <= UNSENT_BYTES_HIGH;
  }

  override uncork(): void {
    super.uncork();
    this.#loans.settle(this.#socket);
  }

  override end(): void {
    this.#flush();
    super.end();
  }

  override destroy(): void {
    this.#flush();
    super.destroy();
  }

  #gather(): void {
    this.#isGathering = true;
    this.#socket.cork();
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    if (waiting.length === 0) setImmediate(flushAll);
    waiting.push(this);
  }

  #flush(): void {
    if (!this.#isGathering) return;
    this.#isGathering = false;
    this.#socket.uncork();
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
