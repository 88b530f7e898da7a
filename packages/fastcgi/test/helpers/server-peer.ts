// The application side under test, with everything it says and does written down.
import {
  ServerConnection,
  type FastCgiError,
  type ServerHandler,
  type ServerOptions,
  type ServerRequest,
  type Transport,
} from '../../src/index.ts';

/** A transport that records, and whose write capacity the test sets. */
export class RecordingTransport implements Transport {
  readonly writes: Buffer[] = [];
  /** Bytes accepted before `write` says false; Infinity means never. */
  capacity = Infinity;
  ended = false;
  destroyed = false;
  isPaused = false;
  corked = 0;

  get bytes(): Buffer {
    return Buffer.concat(this.writes);
  }

  write(bytes: Uint8Array): boolean {
    this.writes.push(Buffer.from(bytes));
    this.capacity -= bytes.length;
    return this.capacity > 0;
  }
  end(): void {
    this.ended = true;
  }
  destroy(): void {
    this.destroyed = true;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  cork(): void {
    this.corked += 1;
  }
  uncork(): void {
    this.corked -= 1;
  }
}

/** A server connection whose handler writes an event log; `on` hooks run after the log line. */
export class ServerPeer implements ServerHandler {
  readonly transport: RecordingTransport = new RecordingTransport();
  readonly connection: ServerConnection;
  readonly requests: ServerRequest[] = [];
  readonly errors: FastCgiError[] = [];
  #log: string[] = [];
  readonly on: Partial<Pick<ServerHandler, 'onRequest' | 'onStdin' | 'onStdinEnd' | 'onAbort' | 'onDrain'>> =
    {};

  constructor(options?: ServerOptions) {
    this.connection = new ServerConnection(this.transport, this, options);
  }

  /** Events so far, the pieces of one stream joined so that it does not matter how the input was cut. */
  get log(): string[] {
    const joined: string[] = [];
    for (const line of this.#log) {
      const last = joined.at(-1);
      const match = /^((?:stdin|data) \d+ )/.exec(line);
      if (match?.[1] !== undefined && last?.startsWith(match[1]) === true) {
        joined[joined.length - 1] = last + line.slice(match[1].length);
      } else {
        joined.push(line);
      }
    }
    return joined;
  }

  onRequest(request: ServerRequest): void {
    this.requests.push(request);
    const pairs = [...request.params].map(([name, value]) => `${name}=${value}`).join('&');
    this.#log.push(`request ${request.id} role ${request.role} keep ${request.keepConnection} ${pairs}`);
    this.on.onRequest?.(request);
  }
  onStdin(request: ServerRequest, chunk: Buffer): void {
    this.#log.push(`stdin ${request.id} ${chunk.toString('latin1')}`);
    this.on.onStdin?.(request, chunk);
  }
  onStdinEnd(request: ServerRequest): void {
    this.#log.push(`stdin-end ${request.id}`);
    this.on.onStdinEnd?.(request);
  }
  onData(request: ServerRequest, chunk: Buffer): void {
    this.#log.push(`data ${request.id} ${chunk.toString('latin1')}`);
  }
  onDataEnd(request: ServerRequest): void {
    this.#log.push(`data-end ${request.id}`);
  }
  onAbort(request: ServerRequest): void {
    this.#log.push(`abort ${request.id}`);
    this.on.onAbort?.(request);
  }
  onDrain(request: ServerRequest): void {
    this.#log.push(`drain ${request.id}`);
    this.on.onDrain?.(request);
  }
  onError(error: FastCgiError): void {
    this.errors.push(error);
    this.#log.push(`error ${error.code}`);
  }
}
