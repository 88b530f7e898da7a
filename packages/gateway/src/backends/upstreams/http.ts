// Speaks HTTP/1.1 to servers such as gunicorn, a second nginx, or another gateway. Framing and parsing are undici's.

import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { DEFAULT_LIMITS } from '@sluice/fastcgi';
import type { Client, Dispatcher } from 'undici';
import type { RequestBody } from '../../exchange/body.ts';
import { replyHead } from './cgi-response.ts';
import { malformed, UpstreamFailure } from './failure.ts';
import { httpFailure } from './http-failure.ts';
import { connectionOptions, httpHead, type HttpForwarding } from './http-request.ts';
import type {
  ReplySink,
  UpstreamCall,
  UpstreamConnection,
  UpstreamProtocol,
  UpstreamRequest,
} from './protocol.ts';
import { pumpBody, type BodyPump } from './request-body.ts';
import { undici } from './undici.ts';

/** How HTTP is spoken. */
export interface HttpOptions {
  /** Whether servers are asked to leave connections open. */
  readonly keepsConnections: boolean;
  /** What servers are told of the client. */
  readonly forwarding: HttpForwarding;
}

/** As long as undici keeps an idle connection: longer than whoever opened it does. */
const IDLE_MS = 24 * 3_600_000;

/** HTTP/1.1. */
export class HttpProtocol implements UpstreamProtocol {
  readonly name = 'http';
  readonly keepAliveDefault = 32;
  readonly needsLength = false;
  readonly #options: HttpOptions;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  attach(socket: Socket): UpstreamConnection {
    return new HttpUpstreamConnection(socket, this.#options);
  }
}

/** A client of undici that has this one socket and never opens another. */
class HttpUpstreamConnection implements UpstreamConnection {
  readonly #socket: Socket;
  readonly #options: HttpOptions;
  readonly #client: Client;

  constructor(socket: Socket, options: HttpOptions) {
    this.#socket = socket;
    this.#options = options;
    let isTaken = false;
    this.#client = new (undici().Client)('http://upstream', {
      connect: (_options, connected) => {
        const isGone = isTaken || socket.destroyed;
        isTaken = true;
        // The client does not notice what it is given before this has returned.
        queueMicrotask(() => {
          if (isGone) connected(new Error('the connection has ended'), null);
          else connected(null, socket);
        });
      },
      // Whoever sends a request has clocks of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      maxHeaderSize: DEFAULT_LIMITS.headBytes,
    });
  }

  send(request: UpstreamRequest, sink: ReplySink): UpstreamCall {
    const { method, target, headers } = httpHead(request, this.#options.forwarding);
    const call = new HttpCall(this.#socket, sink, request.body);
    const { sizeBytes } = request.body;
    this.#client.dispatch(
      {
        method,
        path: target,
        headers: [
          ...headers.flat(),
          // Without a length it is sent in chunks.
          ...(sizeBytes === null ? [] : ['content-length', String(sizeBytes)]),
        ],
        body: call.body,
        reset: !this.#options.keepsConnections,
      },
      call,
    );
    call.sent();
    return call;
  }

  close(): void {
    void this.#client.destroy();
    // Without a request the client does not know its socket.
    this.#socket.destroy();
  }
}

/** One request on a connection. */
class HttpCall implements UpstreamCall, Dispatcher.DispatchHandler {
  readonly body: Buffer | Readable | null;
  readonly #socket: Socket;
  readonly #receivedBefore: number;
  #sink: ReplySink | null;
  #controller: Dispatcher.DispatchController | null = null;
  #pump: BodyPump | null = null;
  /** Why the request cannot be sent at all; null as long as nothing speaks against it. */
  #refusal: Error | null = null;
  #isSent = false;
  #isPaused = false;
  /** What became of the request body, if the rest of it never comes. */
  #bodyFailure: Error | null = null;
  /** What is still to come of a reply that has said how long it is; null as long as it has not. */
  #missingBytes: number | null = null;

  constructor(socket: Socket, sink: ReplySink, body: RequestBody) {
    this.#socket = socket;
    this.#receivedBefore = socket.bytesRead;
    this.#sink = sink;
    this.body = this.#bodyFrom(body);
  }

  /** Throws if the request was refused before anything was sent. */
  sent(): void {
    this.#isSent = true;
    if (!this.#refusal) return;
    this.#release();
    const { message } = this.#refusal;
    throw new UpstreamFailure('SLUICE_BAD_REQUEST', message, { isServerFault: false, cause: this.#refusal });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (!this.#sink) controller.abort(new Error('the request has been given up'));
    else if (this.#isPaused) controller.pause();
  }

  onResponseStart(
    { rawHeaders }: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    reason = '',
  ): void {
    // What comes before the reply is between the server and the gateway.
    if (!this.#sink || status < 200) return;
    try {
      const headers = headerPairs(rawHeaders);
      if (headers.length > DEFAULT_LIMITS.headLines) {
        throw malformed(`${headers.length} header lines, at most ${DEFAULT_LIMITS.headLines}`);
      }
      const length = headers.find(([name]) => name.toLowerCase() === 'content-length');
      if (length) this.#missingBytes = Number(length[1]);
      const own = headers.filter(([name]) => name.toLowerCase() === 'connection');
      const dropped = own.flatMap(([, value]) => connectionOptions(value));
      this.#sink.head(
        replyHead(
          status,
          reason,
          headers.filter(([name]) => !dropped.includes(name.toLowerCase())),
        ),
      );
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      this.#fail(error);
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#missingBytes !== null) this.#missingBytes -= chunk.length;
    this.#sink?.body(chunk);
  }

  onResponseEnd(): void {
    const sink = this.#release();
    // Only when this call has returned is it decided whether the connection is left open.
    queueMicrotask(() => sink?.end(!this.#socket.destroyed));
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (!this.#isSent) {
      this.#refusal = error;
      return;
    }
    const isSent = this.#controller !== null;
    const isUnanswered = this.#socket.bytesRead === this.#receivedBefore;
    const bodyFailure = this.#bodyFailure;
    const sink = this.#release();
    if (!sink) return;
    // While it is paused at the last byte, undici takes the end of the connection for the loss of a reply that is whole.
    if (this.#missingBytes === 0) return sink.end(false);
    if (!bodyFailure) return sink.failed(httpFailure(error, isSent, isUnanswered));
    const seen = `the request body is not complete: ${bodyFailure.message}`;
    const failure = new UpstreamFailure('SLUICE_BAD_REQUEST', seen, { isServerFault: false });
    // If it is because the client has gone, its front says so at once.
    queueMicrotask(() => sink.failed(failure));
  }

  pause(): void {
    this.#isPaused = true;
    this.#controller?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#controller?.resume();
  }

  abort(): void {
    this.#release();
    this.#controller?.abort(new Error('the request has been given up'));
  }

  #fail(failure: UpstreamFailure): void {
    const sink = this.#release();
    this.#controller?.abort(failure);
    sink?.failed(failure);
  }

  #bodyFrom(body: RequestBody): Buffer | Readable | null {
    if (body.kind === 'bytes') {
      const [first = null, ...others] = body.chunks;
      return others.length === 0 ? first : Buffer.concat(body.chunks);
    }
    const stream = new Readable({
      read: () => {
        if (this.#pump) return this.#pump.resume();
        this.#pump = pumpBody(body, {
          write: (bytes) => stream.push(bytes),
          end: () => void stream.push(null),
          failed: (reason) => {
            this.#bodyFailure = reason;
            stream.destroy(reason);
          },
        });
      },
      destroy: (error, done) => {
        this.#pump?.stop();
        done(error);
      },
    });
    stream.on('error', () => {});
    return stream;
  }

  /** The request is over. Returns who is to hear how, unless that has been said. */
  #release(): ReplySink | null {
    const sink = this.#sink;
    this.#sink = null;
    if (this.body instanceof Readable) this.body.destroy();
    return sink;
  }
}

function headerPairs(raw: Dispatcher.DispatchController['rawHeaders']): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  if (!Array.isArray(raw)) return pairs;
  for (let at = 0; at < raw.length; at += 2) pairs.push([text(raw[at]), text(raw[at + 1])]);
  return pairs;
}

function text(bytes: Buffer | string | undefined): string {
  return typeof bytes === 'string' ? bytes : (bytes?.toString('latin1') ?? '');
}
