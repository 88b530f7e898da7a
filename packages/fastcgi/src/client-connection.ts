// The web-server side of one connection: which request a response belongs to, and whether the connection can be reused.
import type { ClientHandler } from './client-handler.ts';
import { OpenClientRequest, type ClientHost, type ClientRequest } from './client-request.ts';
import { encodeGetValues, readPeerValues, UNKNOWN_VALUES } from './client-values.ts';
import { FIXED_BODY_LENGTH, MANAGEMENT_ID, RecordType, Role } from './constants.ts';
import { refusalError } from './end-request.ts';
import { FastCgiError, isConnectionFault, type FastCgiErrorCode } from './errors.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { InputGate } from './input-gate.ts';
import { limitsFrom, type FastCgiLimits } from './limits.ts';
import { RecordDecoder, type RecordHeader } from './record-decoder.ts';
import { encodeAbortRequest } from './record-encoder.ts';
import { RecordWriter } from './record-writer.ts';
import { RequestIds } from './request-ids.ts';
import { encodeRequestStart, type RequestParams } from './request-start.ts';
import type { Transport } from './transport.ts';

/** How a web-server side behaves; everything has a default. */
export interface ClientOptions {
  /** Ceilings; see {@link FastCgiLimits} for each default. */
  readonly limits?: Partial<FastCgiLimits>;
  /** Ask the application to leave the connection open. Default true. */
  readonly keepConnection?: boolean;
  /**
   * Requests at the same time on this connection. Default 1, which is all that most applications can do; more only when
   * the application said so in answer to `askValues`, or it is known otherwise.
   */
  readonly concurrency?: number;
  /** Parse the response head and call `onHead`; otherwise pass STDOUT on as it is. Default true. */
  readonly parseHead?: boolean;
  /** Close on a record type that only a web server may send, instead of skipping it. Default false. */
  readonly strict?: boolean;
}

/** What a request is begun with. */
export interface RequestStart<T> {
  readonly params: RequestParams;
  /** Default Responder. */
  readonly role?: Role;
  /** The whole of STDIN, if it is known: it leaves in the same write. Otherwise use `writeStdin` and `endStdin`. */
  readonly stdin?: readonly Uint8Array[];
  readonly userData?: T;
}

/**
 *   open --close(), or a request that spoils the connection--> draining --last request ended--> ended
 *   open, draining --peer closed, malformed input, abort() of a lone request--> ended
 */
type ConnectionState = 'open' | 'draining' | 'ended';

/**
 * Speaks FastCGI as the web server, without a socket: give received bytes to `receive`, events go to the handler, bytes
 * to send go to the transport. One object per connection.
 */
export class ClientConnection<T = unknown> {
  readonly #transport: Transport;
  readonly #handler: ClientHandler<T>;
  readonly #limits: FastCgiLimits;
  readonly #keepConnection: boolean;
  readonly #parseHead: boolean;
  readonly #isStrict: boolean;
  readonly #decoder: RecordDecoder = new RecordDecoder({
    onContent: (header, chunk, start, end, remaining) =>
      this.#onContent(header, chunk, start, end, remaining),
  });
  readonly #writer: RecordWriter;
  readonly #gate: InputGate;
  readonly #host: ClientHost<T>;
  readonly #requests: RequestIds<OpenClientRequest<T>>;
  /** The content so far of a record that is wanted whole: END_REQUEST and the management records. */
  #whole: GrowingBuffer | undefined;
  #state: ConnectionState = 'open';
  #served = 0;

  constructor(transport: Transport, handler: ClientHandler<T>, options: ClientOptions = {}) {
    this.#transport = transport;
    this.#handler = handler;
    this.#limits = limitsFrom(options.limits);
    this.#keepConnection = options.keepConnection ?? true;
    this.#parseHead = options.parseHead ?? true;
    this.#isStrict = options.strict ?? false;
    this.#writer = new RecordWriter(transport);
    this.#gate = new InputGate(transport, this.#limits.heldBytes);
    this.#requests = new RequestIds(options.concurrency ?? 1);
    this.#host = {
      handler,
      writer: this.#writer,
      gate: this.#gate,
      headLimits: this.#limits,
      abortRequest: (request) => this.#abortRequest(request),
    };
  }

  /** Requests without a complete response, aborted ones included until the application ends them. */
  get activeRequests(): number {
    return this.#requests.size;
  }

  /** Whether `request` would be accepted now. */
  get canRequest(): boolean {
    return this.#state === 'open' && !this.#requests.isFull && (this.#keepConnection || this.#served === 0);
  }

  /** Whether this connection is over; every request on it has had its end. */
  get isEnded(): boolean {
    return this.#state === 'ended';
  }

  /**
   * Begins a request and sends all that is known of it. Throws FCGI_CONNECTION_ENDED and FCGI_NO_FREE_ID when there is
   * no room (see `canRequest`), and what `encodeParams` throws; then nothing was sent.
   */
  request(start: RequestStart<T>): ClientRequest<T> {
    if (this.#state !== 'open') throw new FastCgiError('FCGI_CONNECTION_ENDED', 'the connection is closing');
    if (!this.canRequest) {
      throw new FastCgiError(
        'FCGI_NO_FREE_ID',
        `${this.#requests.size} requests are active on the connection`,
      );
    }
    const role = start.role ?? Role.RESPONDER;
    const id = this.#requests.free();
    const records = encodeRequestStart(id, role, this.#keepConnection, start.params, start.stdin);
    const request = new OpenClientRequest<T>(this.#host, id, role, this.#parseHead, start.userData);
    if (start.stdin !== undefined) request.markStdinEnded();
    this.#requests.add(request);
    this.#writer.send(records);
    return request;
  }

  /** Changes how many requests may be on the connection at a time, after the application said what it can do. */
  setConcurrency(concurrency: number): void {
    this.#requests.resize(concurrency);
  }

  /** Asks for FCGI_MAX_CONNS, FCGI_MAX_REQS and FCGI_MPXS_CONNS. Not for php-fpm, which answers and closes. */
  askValues(): void {
    if (this.#state !== 'open') throw new FastCgiError('FCGI_CONNECTION_ENDED', 'the connection is closing');
    this.#writer.send(encodeGetValues());
  }

  /** Takes bytes from the application, cut anywhere. They must not change while somebody uses views of them. */
  receive(chunk: Buffer): void {
    if (this.#state === 'ended') return;
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      if (!isConnectionFault(error)) throw error;
      this.#fail(error);
    }
  }

  /** The application closed the connection, with `cause` if it broke: what is still open fails. */
  receiveEnd(cause?: unknown): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    for (const request of this.#requests.clear()) {
      request.receiveOutcome(this.#lossOf(request, cause));
    }
    this.#transport.end();
  }

  /** The transport has room again. */
  drained(): void {
    this.#writer.unblock();
    for (const request of this.#requests.list()) {
      if (this.#writer.isBlocked) return;
      if (!request.needsDrain) continue;
      request.needsDrain = false;
      this.#handler.onDrain(request);
    }
  }

  /** Ends gracefully: requests in progress get their response, then the transport ends. */
  close(): void {
    if (this.#state === 'ended') return;
    this.#state = 'draining';
    this.#endIfIdle();
  }

  #onContent(header: RecordHeader, chunk: Buffer, start: number, end: number, remaining: number): void {
    const { type, requestId, contentLength } = header;
    switch (type) {
      case RecordType.STDOUT:
      case RecordType.STDERR:
        this.#onOutput(header, chunk, start, end, remaining);
        return;
      case RecordType.END_REQUEST:
        if (contentLength !== FIXED_BODY_LENGTH) throw this.#error('FCGI_BODY_LENGTH', 'END_REQUEST', header);
        this.#checkId(header);
        this.#collect(chunk, start, end);
        if (remaining === 0) this.#onEndRequest(requestId, this.#takeWhole());
        return;
      case RecordType.GET_VALUES_RESULT:
      case RecordType.UNKNOWN_TYPE:
        if (requestId !== MANAGEMENT_ID) return;
        if (contentLength > this.#limits.managementBytes) {
          throw this.#error(
            'FCGI_MANAGEMENT_TOO_LARGE',
            `at most ${this.#limits.managementBytes} bytes`,
            header,
          );
        }
        this.#collect(chunk, start, end);
        if (remaining === 0) this.#onManagement(type, this.#takeWhole());
        return;
      default:
        if (this.#isStrict && type >= RecordType.BEGIN_REQUEST && type <= RecordType.GET_VALUES) {
          throw this.#error('FCGI_WRONG_DIRECTION', 'from an application', header);
        }
    }
  }

  #onOutput(header: RecordHeader, chunk: Buffer, start: number, end: number, remaining: number): void {
    this.#checkId(header);
    const request = this.#requests.get(header.requestId);
    if (request === undefined) {
      this.#spoil();
      return;
    }
    request.hasResponse = true;
    if (header.type === RecordType.STDERR) {
      if (end > start) request.receiveStderr(chunk.subarray(start, end));
    } else if (header.contentLength === 0) {
      request.hasStdoutEnd = true;
    } else if (request.hasStdoutEnd) {
      this.#spoil();
      if (remaining === 0)
        this.#handler.onError?.(this.#error('FCGI_DATA_AFTER_END', 'STDOUT after its end', header));
    } else {
      request.receiveStdout(chunk.subarray(start, end), chunk);
    }
  }

  #onEndRequest(requestId: number, body: Buffer): void {
    const request = this.#requests.get(requestId);
    if (request === undefined) {
      this.#spoil();
      return;
    }
    this.#requests.delete(requestId);
    this.#served += 1;
    // An application that did not read all input would take the rest for the next request's.
    if (!this.#keepConnection || !request.isInputComplete) this.#spoil();
    const refusal = refusalError(body.readUInt8(4), requestId, !request.hasResponse);
    request.receiveOutcome(refusal ?? { appStatus: body.readUInt32BE(0) });
    this.#endIfIdle();
  }

  #onManagement(type: number, content: Buffer): void {
    if (type === RecordType.GET_VALUES_RESULT) {
      this.#handler.onValues?.(readPeerValues(content));
    } else {
      if (content.length !== FIXED_BODY_LENGTH) {
        throw new FastCgiError('FCGI_BODY_LENGTH', `UNKNOWN_TYPE with ${content.length} bytes, not 8`);
      }
      if (content.readUInt8(0) === RecordType.GET_VALUES) this.#handler.onValues?.(UNKNOWN_VALUES);
    }
  }

  #checkId(header: RecordHeader): void {
    if (header.requestId === MANAGEMENT_ID)
      throw this.#error('FCGI_NULL_REQUEST_ID', 'with request id 0', header);
    if (!this.#requests.wasUsed(header.requestId))
      throw this.#error('FCGI_UNKNOWN_ID', 'never begun', header);
  }

  #collect(chunk: Buffer, start: number, end: number): void {
    this.#whole ??= new GrowingBuffer(this.#limits.managementBytes);
    this.#whole.append(chunk, start, end);
  }

  #takeWhole(): Buffer {
    const content = this.#whole?.bytes ?? Buffer.alloc(0);
    this.#whole = undefined;
    return content;
  }

  /** What came makes the connection unfit for more requests; those on it may finish. */
  #spoil(): void {
    if (this.#state === 'open') this.#state = 'draining';
    this.#endIfIdle();
  }

  #endIfIdle(): void {
    if (this.#state !== 'draining' || this.#requests.size > 0) return;
    this.#state = 'ended';
    this.#decoder.stop();
    this.#transport.end();
  }

  #abortRequest(request: OpenClientRequest<T>): void {
    request.leaveWire();
    for (const neighbour of this.#requests.list()) {
      if (!neighbour.isOnWire) continue;
      // The id stays taken until the application ends the request.
      this.#writer.send(encodeAbortRequest(request.id));
      request.isInputComplete = true;
      return;
    }
    this.#requests.clear();
    this.#destroy();
  }

  #fail(error: FastCgiError): void {
    const lost = this.#requests.clear();
    this.#destroy();
    for (const request of lost) request.receiveOutcome(error);
    this.#handler.onError?.(error);
  }

  #lossOf({ id, hasResponse }: OpenClientRequest<T>, cause: unknown): FastCgiError {
    const details = { requestId: id, offset: this.#decoder.recordOffset, cause };
    if (hasResponse)
      return new FastCgiError('FCGI_RESPONSE_TRUNCATED', 'connection lost before END_REQUEST', details);
    if (this.#served > 0)
      return new FastCgiError('FCGI_STALE_CONNECTION', 'kept connection was closed', details);
    if (cause === undefined)
      return new FastCgiError('FCGI_PREMATURE_END', 'connection closed without a response', details);
    const reason = cause instanceof Error ? cause.message : 'transport error';
    return new FastCgiError('FCGI_TRANSPORT', `connection failed: ${reason}`, details);
  }

  #destroy(): void {
    this.#state = 'ended';
    this.#decoder.stop();
    this.#transport.destroy();
  }

  #error(
    code: FastCgiErrorCode,
    seen: string,
    { type, requestId, contentLength }: RecordHeader,
  ): FastCgiError {
    const record = `record of type ${type}, ${contentLength} bytes, request ${requestId}`;
    return new FastCgiError(code, `${record}: ${seen}`, { requestId, offset: this.#decoder.recordOffset });
  }
}
