// Feeds bytes to a ServerConnection and writes down, in words, all that comes out of it.
import { ServerConnection, type ServerConnectionOptions } from '../../src/server-connection.ts';
import { PacketDecoder } from '../../src/packet-decoder.ts';
import { decodeResponseMessage } from '../../src/response-messages.ts';
import type { ServerRequest } from '../../src/server-request.ts';
import { MemoryTransport } from './memory-transport.ts';

/**
 * The log of a conversation. A request is written down when its body has been asked for or has ended: before
 * that, whether it was begun or refused depends on how the bytes arrived.
 */
export class ServerReplay {
  readonly log: string[] = [];
  readonly transport: MemoryTransport = new MemoryTransport();
  readonly connection: ServerConnection;
  #unlogged: string[] = [];
  #body: Buffer[] = [];
  #status = 0;

  constructor(options: ServerConnectionOptions = {}) {
    const answers = new PacketDecoder('toWebServer', 65536);
    this.transport.onWrite = (bytes) => {
      answers.push(bytes);
      for (let payload = answers.next(); payload !== null; payload = answers.next()) this.#answer(payload);
    };
    this.transport.onClose = () => this.log.push('closed');
    this.connection = new ServerConnection(
      this.transport,
      {
        onRequest: (request) => this.#request(request),
        onBody: (_, chunk) => this.#body.push(chunk),
        onBodyEnd: () => {
          this.#settle();
          this.log.push(`body ${JSON.stringify(Buffer.concat(this.#body).toString('latin1'))}`);
        },
        onAbort: (_, reason) => {
          if (this.#unlogged.length === 0) this.log.push(`abort ${reason.code}`);
          this.#unlogged = [];
        },
        onDrain: () => {},
        onError: (error) => this.log.push(`error ${error.code}`),
      },
      options,
    );
  }

  feed(pieces: readonly Buffer[]): this {
    for (const piece of pieces) this.connection.receive(piece);
    return this;
  }

  #request(request: ServerRequest): void {
    const { method, uri, protocol, remoteAddress, remoteHost, serverName, serverPort, secure } = request;
    const from = `${remoteAddress} (${remoteHost ?? 'null'}) to ${serverName}:${serverPort}`;
    this.#unlogged = [`request ${method} ${uri} ${protocol} from ${from}${secure ? ' secure' : ''}`];
    for (const [name, value] of request.headers) this.#unlogged.push(`header ${name}: ${value}`);
    if (request.queryString !== null) this.#unlogged.push(`query ${request.queryString}`);
    for (const [name, value] of request.attributes) {
      this.#unlogged.push(`attribute ${name}: ${value ?? 'null'}`);
    }
    if (request.bodyExpected) {
      request.resumeBody();
    } else {
      this.#settle();
      this.log.push('no body');
    }
  }

  #settle(): void {
    this.log.push(...this.#unlogged.splice(0));
  }

  #answer(payload: Buffer): void {
    const message = decodeResponseMessage(payload);
    if (message.type === 'pong') this.log.push('pong');
    if (message.type === 'bodyWanted') {
      this.#settle();
      this.log.push(`ask ${message.countMax}`);
    }
    if (message.type === 'head') this.#status = message.head.status;
    if (message.type === 'end') this.log.push(`answer ${this.#status}, ${message.reuse ? 'keep' : 'close'}`);
  }
}
