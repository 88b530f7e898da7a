// The application side under test, with everything it says and does written down.
import {
  ServerConnection,
  type FastCgiError,
  type ServerHandler,
  type ServerOptions,
  type ServerRequest,
} from '../../src/index.ts';
import { EventLog } from './event-log.ts';
import { RecordingTransport } from './recording-transport.ts';

/** What a test does in answer to an event, after the event was logged. */
export type ServerHooks = Partial<
  Pick<ServerHandler, 'onRequest' | 'onStdin' | 'onStdinEnd' | 'onData' | 'onAbort' | 'onDrain'>
>;

/** A server connection whose handler writes an event log. */
export class ServerPeer implements ServerHandler {
  readonly transport: RecordingTransport = new RecordingTransport();
  readonly connection: ServerConnection;
  readonly requests: ServerRequest[] = [];
  readonly errors: FastCgiError[] = [];
  readonly on: ServerHooks = {};
  readonly #log: EventLog = new EventLog();

  constructor(options?: ServerOptions) {
    this.connection = new ServerConnection(this.transport, this, options);
  }

  get log(): readonly string[] {
    return this.#log.lines;
  }

  /** The latest request with this id. */
  request(id: number): ServerRequest {
    const request = this.requests.findLast((candidate) => candidate.id === id);
    if (request === undefined) throw new Error(`no request ${id}`);
    return request;
  }

  onRequest(request: ServerRequest): void {
    this.requests.push(request);
    const pairs = [...request.params].map(([name, value]) => `${name}=${value}`).join('&');
    this.#log.add(
      `request ${request.id} role=${request.role} keep=${request.keepConnection} ${pairs}`.trimEnd(),
    );
    this.on.onRequest?.(request);
  }
  onStdin(request: ServerRequest, chunk: Buffer): void {
    this.#log.addPiece(`stdin ${request.id}`, chunk);
    this.on.onStdin?.(request, chunk);
  }
  onStdinEnd(request: ServerRequest): void {
    this.#log.add(`stdin-end ${request.id}`);
    this.on.onStdinEnd?.(request);
  }
  onData(request: ServerRequest, chunk: Buffer): void {
    this.#log.addPiece(`data ${request.id}`, chunk);
    this.on.onData?.(request, chunk);
  }
  onDataEnd(request: ServerRequest): void {
    this.#log.add(`data-end ${request.id}`);
  }
  onAbort(request: ServerRequest): void {
    this.#log.add(`abort ${request.id}`);
    this.on.onAbort?.(request);
  }
  onDrain(request: ServerRequest): void {
    this.#log.add(`drain ${request.id}`);
    this.on.onDrain?.(request);
  }
  onError(error: FastCgiError): void {
    this.errors.push(error);
    this.#log.add(`error ${error.code}`);
  }
}
