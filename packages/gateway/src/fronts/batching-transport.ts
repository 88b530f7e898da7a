// A socket transport that gathers what is written while the event loop reads, and sends it when it has read everything.

import { SocketTransport } from '@sluice/fastcgi';
import type { Socket } from 'node:net';

let waiting: BatchingTransport[] = [];

/**
 * Each write to a sleeping peer wakes it up, and that costs more than the write. Replies that become ready in the same
 * round of the event loop therefore go out one right after the other at its end, so that the web server, once awake,
 * finds them all.
 */
export class BatchingTransport extends SocketTransport {
  readonly #socket: Socket;
  #isGathering = false;

  constructor(socket: Socket) {
    super(socket);
    this.#socket = socket;
  }

  override write(bytes: Uint8Array): boolean {
    if (!this.#isGathering) this.#gather();
    return super.write(bytes);
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
    if (waiting.length === 0) setImmediate(flushAll);
    waiting.push(this);
  }

  #flush(): void {
    if (!this.#isGathering) return;
    this.#isGathering = false;
    this.#socket.uncork();
  }

  static flushAll(): void {
    const transports = waiting;
    waiting = [];
    for (const transport of transports) transport.#flush();
  }
}

function flushAll(): void {
  BatchingTransport.flushAll();
}
