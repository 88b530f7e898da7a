// Writes the reply of an exchange to Node's response, and cuts off a client that does not take it.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { giveBack } from '../exchange/blocks.ts';
import type { Reply } from '../exchange/exchange.ts';
import { HOP_BY_HOP, type Head } from '../exchange/head.ts';
import { linger } from './linger.ts';

/** What a reply has to know of its connection. */
export interface ReplyConnection {
  /** No further request is taken from it. */
  readonly isClosing: boolean;
}

/** The reply to one request. */
export class HttpReply implements Reply {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #server: Server;
  readonly #connection: ReplyConnection;
  readonly #sendTimeoutMs: number;
  readonly #drained: () => void;
  #isTimed = false;

  /**
   * @param server one that does not listen any more takes no next request either
   * @param drained called when writing may go on after it was said to be too much
   */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    server: Server,
    connection: ReplyConnection,
    sendTimeoutMs: number,
    drained: () => void,
  ) {
    this.#request = request;
    this.#response = response;
    this.#server = server;
    this.#connection = connection;
    this.#sendTimeoutMs = sendTimeoutMs;
    this.#drained = drained;
  }

  head(head: Head, bytes: Buffer, isLast: boolean): boolean {
    const fields: string[] = [];
    // How this connection is used is between Node and the client; Node throws at some of these.
    for (const [name, value] of head.headers())
      if (!HOP_BY_HOP.has(name.toLowerCase())) fields.push(name, value);
    // A body nobody has read would be taken for the next request.
    const isUnread = isLast && !this.#request.complete;
    if (isUnread) linger(this.#request.socket);
    if (isUnread || this.#connection.isClosing || !this.#server.listening) fields.push('Connection', 'close');
    this.#response.writeHead(head.status, head.reason, fields);
    return this.body(bytes, isLast);
  }

  body(bytes: Buffer, isLast: boolean): boolean {
    if (isLast) {
      this.#response.end(bytes);
      if (this.#response.writableLength > 0) this.#time();
      return true;
    }
    if (bytes.length > 0) {
      const isWritable = this.#response.write(bytes, (error) => error || giveBack(bytes));
      if (!isWritable) this.#time();
      return isWritable;
    }
    this.#response.flushHeaders();
    return true;
  }

  abort(): void {
    // A reset, because a plain close would be a complete end of an HTTP/1.0 response. Encrypted, it cannot be one.
    const { socket } = this.#request;
    if (socket.remoteAddress && !('encrypted' in socket)) socket.resetAndDestroy();
    else socket.destroy();
  }

  /** From now on the client has to take something of what waits for it, until it has taken everything. */
  #time(): void {
    const response = this.#response;
    if (!this.#isTimed) {
      this.#isTimed = true;
      response.on('timeout', () => this.#request.socket.writableLength > 0 && this.abort());
      response.on('drain', () => {
        this.#drained();
        // It may have been filled again.
        if (!response.writableNeedDrain) response.setTimeout(0);
      });
    }
    response.setTimeout(this.#sendTimeoutMs);
  }
}
