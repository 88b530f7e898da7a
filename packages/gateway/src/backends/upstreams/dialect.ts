// Speaks SCGI and uwsgi to applications: one request per connection, whose end is the end of the reply.

import type { Socket } from 'node:net';
import { SocketTransport } from '@sluice/fastcgi';
import type { HeadAndRest } from './cgi-response.ts';
import { lost, UpstreamFailure } from './failure.ts';
import type {
  ReplySink,
  UpstreamCall,
  UpstreamConnection,
  UpstreamProtocol,
  UpstreamRequest,
} from './protocol.ts';
import { pumpBody, type BodyPump } from './request-body.ts';

/** What the two differ in. */
export interface Dialect {
  readonly name: 'scgi' | 'uwsgi';
  /** A request up to its body. Throws an `UpstreamFailure` if it cannot be said. */
  readonly encode: (request: UpstreamRequest, contentBytes: number) => readonly Buffer[];
  /** Makes what reads the head of a reply. */
  readonly makeReader: () => HeadReader;
}

/** Reads the head of one reply from bytes that come in any pieces. */
export interface HeadReader {
  /** Takes the next bytes; null until the head is complete. Throws an `UpstreamFailure`. */
  push(chunk: Buffer): HeadAndRest | null;
}

/** One of them as the protocol of an upstream. */
export class DialectProtocol implements UpstreamProtocol {
  readonly keepAliveDefault = 0;
  readonly needsLength = true;
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  get name(): string {
    return this.#dialect.name;
  }

  attach(socket: Socket): UpstreamConnection {
    return new DialectConnection(socket, this.#dialect);
  }
}

/** A connection, which is one request. */
class DialectConnection implements UpstreamConnection, UpstreamCall {
  readonly #transport: SocketTransport;
  readonly #dialect: Dialect;
  readonly #reader: HeadReader;
  #sink: ReplySink | null = null;
  #pump: BodyPump | null = null;
  #receivedBytes = 0;
  #hasHead = false;

  constructor(socket: Socket, dialect: Dialect) {
    this.#transport = new SocketTransport(socket);
    this.#dialect = dialect;
    this.#reader = dialect.makeReader();
    this.#transport.attach(this);
  }

  send(request: UpstreamRequest, sink: ReplySink): UpstreamCall {
    const { body } = request;
    const pieces = this.#dialect.encode(request, body.sizeBytes ?? 0);
    this.#sink = sink;
    this.#transport.cork();
    for (const piece of pieces) this.#transport.write(piece);
    if (body.kind === 'bytes') for (const chunk of body.chunks) this.#transport.write(chunk);
    this.#transport.uncork();
    // What is held may come at once; the sink must not be called before this has returned.
    if (body.kind !== 'bytes') queueMicrotask(() => this.#sendBody(request));
    return this;
  }

  close(): void {
    this.#transport.end();
  }

  receive(chunk: Buffer): void {
    this.#receivedBytes += chunk.length;
    if (!this.#sink) return;
    if (this.#hasHead) this.#sink.body(chunk);
    else this.#readHead(this.#sink, chunk);
  }

  receiveEnd(cause?: unknown): void {
    const sink = this.#release();
    if (!sink) return;
    const isUnanswered = this.#receivedBytes === 0;
    if (cause !== undefined) {
      const reason = cause instanceof Error ? cause.message : 'for no reason that is known';
      sink.failed(lost(`the connection broke off: ${reason}`, isUnanswered, cause));
    } else if (this.#hasHead) {
      sink.end(false);
    } else {
      const where = isUnanswered
        ? 'before a reply'
        : `inside the head of the reply, after ${this.#receivedBytes} bytes`;
      sink.failed(lost(`the connection ended ${where}`, isUnanswered));
    }
  }

  drained(): void {
    this.#pump?.resume();
  }

  pause(): void {
    this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }

  abort(): void {
    this.#release();
    this.#transport.destroy();
  }

  #readHead(sink: ReplySink, chunk: Buffer): void {
    try {
      const read = this.#reader.push(chunk);
      if (!read) return;
      this.#hasHead = true;
      sink.head(read.head);
      if (read.rest.length > 0) sink.body(read.rest);
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      this.abort();
      sink.failed(error);
    }
  }

  #sendBody({ body }: UpstreamRequest): void {
    if (!this.#sink) return;
    const pump = pumpBody(body, {
      write: (bytes) => this.#transport.write(bytes),
      end: () => {},
      failed: (failure) => this.#bodyFailed(failure),
    });
    if (this.#sink) this.#pump = pump;
    else pump.stop();
  }

  #bodyFailed(failure: UpstreamFailure): void {
    const sink = this.#sink;
    this.abort();
    queueMicrotask(() => sink?.failed(failure));
  }

  /** The request is over. Returns who is to hear how, unless that has been said. */
  #release(): ReplySink | null {
    const sink = this.#sink;
    this.#sink = null;
    this.#pump?.stop();
    this.#pump = null;
    return sink;
  }
}
