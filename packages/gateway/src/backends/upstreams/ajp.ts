// Speaks AJP 1.3 to a container such as Tomcat: one request after another on each connection.

import type { Socket } from 'node:net';
import {
  AjpError,
  ClientConnection,
  SocketTransport,
  type AjpErrorCode,
  type ClientHandler,
  type ClientRequest,
  type ResponseHead,
} from '@sluice/ajp';
import { ajpRequest } from './ajp-request.ts';
import { replyHead } from './cgi-response.ts';
import { lost, malformed, UpstreamFailure } from './failure.ts';
import type {
  ReplySink,
  UpstreamCall,
  UpstreamConnection,
  UpstreamProtocol,
  UpstreamRequest,
} from './protocol.ts';
import { pumpBody, type BodyPump } from './request-body.ts';

/** How AJP is spoken. */
export interface AjpOptions {
  /** What the container asks for, or null. */
  readonly secret: string | null;
  /** Largest packet it takes: the head of a request has to fit. */
  readonly packetBytes: number;
}

/** AJP 1.3. */
export class AjpProtocol implements UpstreamProtocol {
  readonly name = 'ajp';
  readonly keepAliveDefault = 32;
  readonly needsLength = false;
  readonly #options: AjpOptions;

  constructor(options: AjpOptions) {
    this.#options = options;
  }

  attach(socket: Socket): UpstreamConnection {
    return new AjpUpstreamConnection(socket, this.#options);
  }
}

class AjpUpstreamConnection implements UpstreamConnection {
  readonly #connection: ClientConnection;
  readonly #secret: string | null;

  constructor(socket: Socket, { secret, packetBytes }: AjpOptions) {
    const transport = new SocketTransport(socket);
    this.#connection = new ClientConnection(transport, { limits: { packetSize: packetBytes } });
    this.#secret = secret;
    transport.attach(this.#connection);
  }

  send(request: UpstreamRequest, sink: ReplySink): UpstreamCall {
    const call = new AjpCall(sink, this.#connection);
    try {
      call.begin(this.#connection.send(ajpRequest(request, this.#secret), call), request);
      return call;
    } catch (error) {
      if (error instanceof AjpError) throw unsayable(error);
      throw error;
    }
  }

  close(): void {
    this.#connection.close();
  }
}

/** One request on a connection. */
class AjpCall implements UpstreamCall, ClientHandler {
  readonly #sink: ReplySink;
  readonly #connection: ClientConnection;
  #request: ClientRequest | null = null;
  #pump: BodyPump | null = null;

  constructor(sink: ReplySink, connection: ClientConnection) {
    this.#sink = sink;
    this.#connection = connection;
  }

  /** Sends the body, as the container asks for it. */
  begin(request: ClientRequest, { body }: UpstreamRequest): void {
    this.#request = request;
    if (body.kind === 'bytes') return request.end(body.chunks);
    // What is held may come at once; the sink must not be called before `send` has returned.
    queueMicrotask(() => {
      if (this.#request === null) return;
      this.#pump = pumpBody(body, {
        write: (bytes) => this.#request?.write(bytes) ?? true,
        end: () => this.#request?.end(),
        failed: (failure) => this.#bodyFailed(failure),
      });
    });
  }

  onHead(_request: ClientRequest, { status, reason, headers }: ResponseHead): void {
    try {
      // Tomcat has no reason phrases and says the number again.
      this.#sink.head(replyHead(status, reason === String(status) ? '' : reason, headers));
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      this.abort();
      this.#sink.failed(error);
    }
  }

  onBody(_request: ClientRequest, chunk: Buffer): void {
    this.#sink.body(chunk);
  }

  onEnd(): void {
    if (this.#request === null) return;
    this.#release();
    this.#sink.end(this.#connection.isIdle);
  }

  onDrain(): void {
    this.#pump?.resume();
  }

  onFail(request: ClientRequest, error: AjpError): void {
    if (this.#request === null) return;
    this.#release();
    this.#sink.failed(failureOf(error, !request.responseStarted));
  }

  pause(): void {
    this.#request?.pause();
  }

  resume(): void {
    this.#request?.resume();
  }

  abort(): void {
    const request = this.#request;
    this.#release();
    request?.abort();
  }

  #bodyFailed(failure: UpstreamFailure): void {
    this.abort();
    queueMicrotask(() => this.#sink.failed(failure));
  }

  #release(): void {
    this.#request = null;
    this.#pump?.stop();
    this.#pump = null;
  }
}

/** The request cannot be said in AJP. */
function unsayable(error: AjpError): UpstreamFailure {
  const code = error.code === 'AJP_HEAD_TOO_LARGE' ? 'SLUICE_HEADERS_TOO_LARGE' : 'SLUICE_BAD_REQUEST';
  return new UpstreamFailure(code, error.message, { isServerFault: false, cause: error });
}

/** The request body is not what its length said. */
const BODY_FAULTS: ReadonlySet<AjpErrorCode> = new Set(['AJP_LENGTH_MISMATCH']);
/** The connection ended too early. */
const LOSSES: ReadonlySet<AjpErrorCode> = new Set(['AJP_CONNECTION_CLOSED', 'AJP_RESPONSE_TRUNCATED']);

function failureOf(error: AjpError, isUnanswered: boolean): UpstreamFailure {
  const { code, cause } = error;
  if (BODY_FAULTS.has(code)) {
    return new UpstreamFailure('SLUICE_BAD_REQUEST', error.message, { isServerFault: false, cause: error });
  }
  if (!LOSSES.has(code)) return malformed(error.message, error);
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return lost(`${error.message}${why}`, isUnanswered, error);
}
