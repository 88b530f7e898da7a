// Speaks HTTP/1.1 to servers such as gunicorn, a second nginx, or another gateway. Framing and parsing are undici's.

import type { Socket } from 'node:net';
import { Readable, type Duplex } from 'node:stream';
import { DEFAULT_LIMITS } from '@sluice/fastcgi';
import type { Client, Dispatcher } from 'undici';
import type { RequestBody } from '../../exchange/body.ts';
import { replyHead } from './cgi-response.ts';
import { malformed, UpstreamFailure } from './failure.ts';
import { httpFailure } from './http-failure.ts';
import { connectionOptions, httpHead, type HttpForwarding } from './http-request.ts';
import { PacedSocket } from './paced-socket.ts';
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
  readonly #paced: PacedSocket;
  readonly #options: HttpOptions;
  readonly #client: Client;

  constructor(socket: Socket, options: HttpOptions) {
    const paced = new PacedSocket(socket);
    this.#socket = socket;
    this.#paced = paced;
    this.#options = options;
    let isTaken = false;
    this.#client = new (undici().Client)('http://upstream', {
      connect: (_options, connected) => {
        const isGone = isTaken || socket.destroyed;
        isTaken = true;
        // The client does not notice what it is given before this has returned.
        queueMicrotask(() => {
          if (isGone) connected(new Error('the connection has ended'), null);
          // It uses no more of a socket than a stream has.
          else connected(null, paced as Duplex as Socket);
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
    const call = new HttpCall(this.#socket, this.#paced, sink, request.body);
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
    this.#paced.destroy();
  }
}

/** One request on a connection. */
class HttpCall implements UpstreamCall, Dispatcher.DispatchHandler {
  readonly body: Buffer | Readable | null;
  readonly #socket: Socket;
  readonly #paced: PacedSocket;
  readonly #receivedBefore: number;
  #sink: ReplySink | null;
  #controller: Dispatcher.DispatchController | null = null;
  #pump: BodyPump | null = null;
  /** Why the request cannot be sent at all; null as long as nothing speaks against it. */
  #refusal: Error | null = null;
  #isSent = false;
  /** What became of the request body, if the rest of it never comes. */
  #bodyFailure: UpstreamFailure | null = null;

  constructor(socket: Socket, paced: PacedSocket, sink: ReplySink, body: RequestBody) {
    this.#socket = socket;
    this.#paced = paced;
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
    if (!bodyFailure) return sink.failed(httpFailure(error, isSent, isUnanswered));
    queueMicrotask(() => sink.failed(bodyFailure));
  }

  pause(): void {
    this.#paced.hold();
  }

  resume(): void {
    this.#paced.release();
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
          failed: (failure) => {
            this.#bodyFailure = failure;
            stream.destroy(failure);
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
    this.#paced.release();
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
