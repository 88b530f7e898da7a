// Speaks FastCGI to an application such as php-fpm: one request at a time on each connection.

import type { Socket } from 'node:net';
import {
  ClientConnection,
  FastCgiError,
  SocketTransport,
  type CgiHead,
  type ClientHandler,
  type ClientRequest,
  type FastCgiErrorCode,
} from '@sluice/fastcgi';
import { headFromCgi } from './cgi-response.ts';
import { lost, malformed, UpstreamFailure } from './failure.ts';
import type {
  ReplySink,
  UpstreamCall,
  UpstreamConnection,
  UpstreamProtocol,
  UpstreamRequest,
} from './protocol.ts';
import { pumpBody, type BodyPump } from './request-body.ts';

/** FastCGI 1.0, responders. */
export class FastCgiProtocol implements UpstreamProtocol {
  readonly name = 'fastcgi';
  // A kept connection occupies a process of php-fpm and of libfcgi, and others wait for it.
  readonly keepAliveDefault = 0;
  readonly needsLength: boolean;
  readonly #keepsConnections: boolean;

  /**
   * @param keepsConnections whether applications are asked to leave connections open
   * @param needsLength whether they take a body without CONTENT_LENGTH for none, as PHP does; default false
   */
  constructor(keepsConnections: boolean, needsLength: boolean = false) {
    this.#keepsConnections = keepsConnections;
    this.needsLength = needsLength;
  }

  attach(socket: Socket): UpstreamConnection {
    return new FastCgiUpstreamConnection(socket, this.#keepsConnections);
  }
}

class FastCgiUpstreamConnection implements UpstreamConnection, ClientHandler<FastCgiCall> {
  readonly #connection: ClientConnection<FastCgiCall>;

  constructor(socket: Socket, keepConnection: boolean) {
    const transport = new SocketTransport(socket);
    this.#connection = new ClientConnection(transport, this, { keepConnection });
    transport.attach(this.#connection);
  }

  send(request: UpstreamRequest, sink: ReplySink): UpstreamCall {
    const { variables, body } = request;
    const block = Buffer.allocUnsafe(variables.byteLength);
    variables.writeInto(block, 0);
    try {
      const call = new FastCgiCall(sink);
      const stdin = body.kind === 'bytes' ? { stdin: body.chunks } : {};
      call.begin(this.#connection.request({ params: block, userData: call, ...stdin }), request);
      return call;
    } catch (error) {
      if (error instanceof FastCgiError) throw unsayable(error);
      throw error;
    }
  }

  close(): void {
    this.#connection.close();
  }

  onHead({ userData }: ClientRequest<FastCgiCall>, head: CgiHead): void {
    userData?.head(head);
  }

  onBody({ userData }: ClientRequest<FastCgiCall>, chunk: Buffer): void {
    userData?.sink.body(chunk);
  }

  onStderr({ userData }: ClientRequest<FastCgiCall>, chunk: Buffer): void {
    userData?.sink.log(chunk.toString('utf8'));
  }

  onEnd({ userData }: ClientRequest<FastCgiCall>): void {
    userData?.end(this.#connection.canRequest);
  }

  onFail({ userData }: ClientRequest<FastCgiCall>, error: FastCgiError): void {
    userData?.failed(failureOf(error));
  }

  onDrain({ userData }: ClientRequest<FastCgiCall>): void {
    userData?.writable();
  }
}

/** One request on a connection. */
class FastCgiCall implements UpstreamCall {
  readonly sink: ReplySink;
  #request: ClientRequest<FastCgiCall> | null = null;
  #pump: BodyPump | null = null;

  constructor(sink: ReplySink) {
    this.sink = sink;
  }

  /** Sends the body, unless it has been sent with the request. */
  begin(request: ClientRequest<FastCgiCall>, { body }: UpstreamRequest): void {
    this.#request = request;
    if (body.kind === 'bytes') return;
    // What is held may come at once; the sink must not be called before `send` has returned.
    queueMicrotask(() => {
      if (this.#request === null) return;
      this.#pump = pumpBody(body, {
        write: (bytes) => this.#request?.writeStdin(bytes) ?? true,
        end: () => this.#request?.endStdin(),
        failed: (failure) => this.#bodyFailed(failure),
      });
    });
  }

  head(head: CgiHead): void {
    try {
      this.sink.head(headFromCgi(head));
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      this.abort();
      this.sink.failed(error);
    }
  }

  end(isReusable: boolean): void {
    this.#release();
    this.sink.end(isReusable);
  }

  failed(failure: UpstreamFailure): void {
    this.#release();
    this.sink.failed(failure);
  }

  writable(): void {
    this.#pump?.resume();
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
    queueMicrotask(() => this.sink.failed(failure));
  }

  #release(): void {
    this.#request = null;
    this.#pump?.stop();
    this.#pump = null;
  }
}

/** The request cannot be said in FastCGI. */
function unsayable(error: FastCgiError): UpstreamFailure {
  const code = error.statusHint === 431 ? 'SLUICE_HEADERS_TOO_LARGE' : 'SLUICE_BAD_REQUEST';
  return new UpstreamFailure(code, error.message, { isServerFault: false, cause: error });
}

function failureOf(error: FastCgiError): UpstreamFailure {
  const at = error.offset === undefined ? '' : ` (at byte ${error.offset} of the connection)`;
  const what = `${error.message}${at}`;
  const { code } = error;
  if (REFUSALS.has(code)) {
    const retry = error.retriable ? 'always' : 'never';
    return new UpstreamFailure('SLUICE_UPSTREAM_REFUSED', what, { retry, cause: error });
  }
  return LOSSES.has(code) ? lost(what, code === 'FCGI_STALE_CONNECTION', error) : malformed(what, error);
}

/** The application said no. */
const REFUSALS: ReadonlySet<FastCgiErrorCode> = new Set([
  'FCGI_OVERLOADED',
  'FCGI_CANT_MULTIPLEX',
  'FCGI_UNKNOWN_ROLE',
]);

/** The connection ended too early. */
const LOSSES: ReadonlySet<FastCgiErrorCode> = new Set([
  'FCGI_STALE_CONNECTION',
  'FCGI_PREMATURE_END',
  'FCGI_TRANSPORT',
  'FCGI_RESPONSE_TRUNCATED',
]);
