// The web-server side under test, with everything it says and does written down.
import {
  ClientConnection,
  type CgiHead,
  type ClientHandler,
  type ClientOptions,
  type ClientRequest,
  type FastCgiError,
  type PeerValues,
  type RequestEnd,
} from '../../src/index.ts';
import { EventLog } from './event-log.ts';
import { RecordingTransport } from './recording-transport.ts';

/** A client connection whose handler writes an event log. */
export class ClientPeer implements ClientHandler {
  readonly transport: RecordingTransport = new RecordingTransport();
  readonly connection: ClientConnection;
  readonly errors: FastCgiError[] = [];
  readonly on: Partial<Pick<ClientHandler, 'onHead' | 'onBody' | 'onEnd' | 'onFail' | 'onDrain'>> = {};
  readonly #log: EventLog = new EventLog();

  constructor(options?: ClientOptions) {
    this.connection = new ClientConnection(this.transport, this, options);
  }

  get log(): readonly string[] {
    return this.#log.lines;
  }

  onHead(request: ClientRequest, head: CgiHead): void {
    const headers = head.headers.map(([name, value]) => `${name}=${value}`).join('&');
    this.#log.add(
      `head ${request.id} ${head.status} ${head.reason} ${headers}`.replaceAll('  ', ' ').trimEnd(),
    );
    this.on.onHead?.(request, head);
  }
  onBody(request: ClientRequest, chunk: Buffer): void {
    this.#log.addPiece(`body ${request.id}`, chunk);
    this.on.onBody?.(request, chunk);
  }
  onStderr(request: ClientRequest, chunk: Buffer): void {
    this.#log.addPiece(`stderr ${request.id}`, chunk);
  }
  onEnd(request: ClientRequest, end: RequestEnd): void {
    this.#log.add(`end ${request.id} ${end.appStatus}`);
    this.on.onEnd?.(request, end);
  }
  onFail(request: ClientRequest, error: FastCgiError): void {
    this.errors.push(error);
    this.#log.add(`fail ${request.id} ${error.code}`);
    this.on.onFail?.(request, error);
  }
  onDrain(request: ClientRequest): void {
    this.#log.add(`drain ${request.id}`);
    this.on.onDrain?.(request);
  }
  onValues({ maxConnections, maxRequests, multiplex }: PeerValues): void {
    this.#log.add(`values ${maxConnections} ${maxRequests} ${multiplex}`);
  }
  onError(error: FastCgiError): void {
    this.errors.push(error);
    this.#log.add(`error ${error.code}`);
  }
}
