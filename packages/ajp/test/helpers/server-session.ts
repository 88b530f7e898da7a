// A ServerConnection over a MemoryTransport with a handler that records, and shorthand for what a front sends.
import type { AjpError } from '../../src/errors.ts';
import { encodeBodyPacket } from '../../src/body-packets.ts';
import { encodeForwardRequest, type ForwardRequestInit } from '../../src/forward-request-encoder.ts';
import type { HeaderPair } from '../../src/header-list.ts';
import { PacketDecoder } from '../../src/packet-decoder.ts';
import { decodeResponseMessage, type ResponseMessage } from '../../src/response-messages.ts';
import { ServerConnection, type ServerConnectionOptions } from '../../src/server-connection.ts';
import type { ServerRequest } from '../../src/server-request.ts';
import { MemoryTransport } from './memory-transport.ts';

export class ServerSession {
  readonly transport: MemoryTransport = new MemoryTransport();
  readonly connection: ServerConnection;
  readonly requests: ServerRequest[] = [];
  readonly errors: AjpError[] = [];
  readonly aborts: AjpError[] = [];
  readonly body: Buffer[] = [];
  bodyEnds = 0;
  drains = 0;
  onRequest: (request: ServerRequest) => void = () => {};
  readonly #answers = new PacketDecoder('toWebServer', 65536);

  constructor(options: ServerConnectionOptions = {}) {
    this.connection = new ServerConnection(
      this.transport,
      {
        onRequest: (request) => {
          this.requests.push(request);
          this.onRequest(request);
        },
        onBody: (_, chunk) => this.body.push(chunk),
        onBodyEnd: () => (this.bodyEnds += 1),
        onAbort: (_, reason) => this.aborts.push(reason),
        onDrain: () => (this.drains += 1),
        onError: (error) => this.errors.push(error),
      },
      options,
    );
  }

  /** Sends a request and returns it; it must be dispatched. */
  request(init: Partial<ForwardRequestInit> = {}, ...body: Buffer[]): ServerRequest {
    this.send(forward(init), ...body);
    const request = this.requests.at(-1);
    if (request === undefined) throw new Error('no request was dispatched');
    return request;
  }

  send(...pieces: Buffer[]): void {
    this.connection.receive(Buffer.concat(pieces));
  }

  /** Decodes what was written since the last call. */
  answers(): ResponseMessage[] {
    this.#answers.push(this.transport.take());
    const messages: ResponseMessage[] = [];
    for (let payload = this.#answers.next(); payload !== null; payload = this.#answers.next()) {
      messages.push(decodeResponseMessage(payload));
    }
    return messages;
  }

  bodyText(): string {
    return Buffer.concat(this.body).toString('latin1');
  }
}

export function forward(init: Partial<ForwardRequestInit> = {}): Buffer {
  return encodeForwardRequest({ method: 'GET', uri: '/', ...init });
}

export function post(length: number | string, init: Partial<ForwardRequestInit> = {}): Buffer {
  return forward({ method: 'POST', headers: [contentLength(length)], ...init });
}

export function contentLength(length: number | string): HeaderPair {
  return ['content-length', String(length)];
}

export function data(text: string): Buffer {
  return encodeBodyPacket(Buffer.from(text, 'latin1'));
}
