// A ClientConnection over a MemoryTransport with a handler that writes down what it hears.
import { ClientConnection, type ClientConnectionOptions } from '../../src/client-connection.ts';
import type { ClientRequest } from '../../src/client-request.ts';
import type { AjpError } from '../../src/errors.ts';
import type { ForwardRequestInit } from '../../src/forward-request-encoder.ts';
import { MemoryTransport } from './memory-transport.ts';

const BODY_SHOWN_MAX = 64;

export class ClientSession {
  readonly log: string[] = [];
  readonly errors: AjpError[] = [];
  readonly transport: MemoryTransport = new MemoryTransport();
  readonly connection: ClientConnection;
  drains = 0;
  ends = 0;
  readonly body: Buffer[] = [];
  onBody: (request: ClientRequest) => void = () => {};

  constructor(options: ClientConnectionOptions = {}) {
    this.connection = new ClientConnection(this.transport, options);
    this.transport.onClose = () => this.log.push('closed');
  }

  /** Sends a request and forgets the bytes it wrote. */
  request(init: Partial<ForwardRequestInit> = {}): ClientRequest {
    const request = this.connection.send(
      { method: 'GET', uri: '/', ...init },
      {
        onHead: (_, { status, reason, headers }) => {
          this.log.push(`head ${status} ${reason}`);
          for (const [name, value] of headers) this.log.push(`header ${name}: ${value}`);
        },
        onBody: (active, chunk) => {
          this.body.push(chunk);
          const shown = JSON.stringify(chunk.toString('latin1'));
          this.log.push(`body ${chunk.length > BODY_SHOWN_MAX ? `${chunk.length} bytes` : shown}`);
          this.onBody(active);
        },
        onFlush: () => this.log.push('flush'),
        onEnd: () => {
          this.ends += 1;
          this.log.push(`end, ${this.connection.isIdle ? 'idle' : 'closed'}`);
        },
        onDrain: () => (this.drains += 1),
        onFail: (_, error) => {
          this.errors.push(error);
          this.log.push(`error ${error.code}`);
        },
      },
    );
    this.transport.take();
    return request;
  }

  receive(...pieces: Buffer[]): this {
    for (const piece of pieces) this.connection.receive(piece);
    return this;
  }
}
