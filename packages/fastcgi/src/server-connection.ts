// The application side of one connection: which request a record belongs to, and what the protocol answers by itself.
import {
  FIXED_BODY_LENGTH,
  KEEP_CONN,
  MANAGEMENT_ID,
  ProtocolStatus,
  RecordType,
  Role,
  type ProtocolStatus as Status,
} from './constants.ts';
import { FastCgiError, isConnectionFault, type FastCgiErrorCode } from './errors.ts';
import { InputGate } from './input-gate.ts';
import { limitsFrom, type FastCgiLimits } from './limits.ts';
import { ManagementAnswerer } from './management.ts';
import { OpenRequests } from './open-requests.ts';
import { ParamsCollector } from './params-collector.ts';
import { RecordDecoder, type RecordHeader } from './record-decoder.ts';
import { encodeBreak, encodeEndRequest } from './record-encoder.ts';
import { RecordWriter } from './record-writer.ts';
import type { ServerHandler } from './server-handler.ts';
import { OpenServerRequest, type RequestHost } from './server-request.ts';
import type { Transport } from './transport.ts';

/** How an application side behaves; everything has a default. */
export interface ServerOptions {
  /** Ceilings; see {@link FastCgiLimits} for each default. */
  readonly limits?: Partial<FastCgiLimits>;
  /** Serve several requests at once on one connection, otherwise answer CANT_MPX_CONN. Default true. */
  readonly multiplex?: boolean;
  /** What GET_VALUES is told as FCGI_MAX_CONNS. Default 1024. */
  readonly maxConnections?: number;
  /** What GET_VALUES is told as FCGI_MAX_REQS. Default 1024. */
  readonly maxRequests?: number;
  /**
   * The chunks given to `receive` are used again once it returns: what has to outlive it is copied. What handlers are given
   * they have to copy themselves, except `params`. Default false.
   */
  readonly reusesInput?: boolean;
  /**
   * Copies a piece of STDIN or DATA that waits for a paused reader, where `reusesInput`. The handler gets the copy, and
   * nobody else keeps it. Default `Buffer.from`.
   */
  readonly copyInput?: (piece: Buffer) => Buffer;
  /** Close on a record type that only an application may send, instead of skipping it. Default false. */
  readonly strict?: boolean;
}

const DEFAULT_MAX = 1024;

const copyInput = (piece: Buffer): Buffer => Buffer.from(piece);

/**
 *   open --close(), or a request without KEEP_CONN--> draining --last request ended--> ended
 *   open, draining --peer closed, malformed input, abort() of a lone request--> ended
 * After `ended` input is only counted and dropped.
 */
type ConnectionState = 'open' | 'draining' | 'ended';

/**
 * Speaks FastCGI as the application, without a socket: give received bytes to `receive`, events go to the handler, bytes
 * to send go to the transport. One object per connection.
 */
export class ServerConnection<T = unknown> {
  readonly #transport: Transport;
  readonly #handler: ServerHandler<T>;
  readonly #limits: FastCgiLimits;
  readonly #options: ServerOptions;
  /** Made when somebody asks, which few do. */
  #management: ManagementAnswerer | undefined;
  readonly #canMultiplex: boolean;
  readonly #isStrict: boolean;
  readonly #reusesInput: boolean;
  readonly #decoder: RecordDecoder = new RecordDecoder({
    onContent: (header, chunk, start, end, remaining) =>
      this.#onContent(header, chunk, start, end, remaining),
  });
  readonly #writer: RecordWriter;
  readonly #gate: InputGate;
  readonly #host: RequestHost<T>;
  readonly #requests: OpenRequests<OpenServerRequest<T>> = new OpenRequests();
  readonly #fixedBody: Buffer = Buffer.alloc(FIXED_BODY_LENGTH);
  /** The request of the last record, which nearly always is that of the next one too. */
  #latest: OpenServerRequest<T> | undefined;
  #state: ConnectionState = 'open';
  #drainedBytes = 0;
  #headCount = 0;

  constructor(transport: Transport, handler: ServerHandler<T>, options: ServerOptions = {}) {
    this.#transport = transport;
    this.#handler = handler;
    this.#options = options;
    this.#limits = limitsFrom(options.limits);
    this.#isStrict = options.strict ?? false;
    this.#reusesInput = options.reusesInput ?? false;
    this.#canMultiplex = options.multiplex ?? true;
    this.#writer = new RecordWriter(transport);
    this.#gate = new InputGate(transport, this.#limits.heldBytes);
    this.#host = {
      handler,
      writer: this.#writer,
      gate: this.#gate,
      copyInput: this.#reusesInput ? (options.copyInput ?? copyInput) : null,
      requestEnded: (request) => this.#requestEnded(request),
      destroyIfAlone: (request) => this.#destroyIfAlone(request),
    };
  }

  /** Requests begun and not ended. */
  get activeRequests(): number {
    return this.#requests.size;
  }

  /** Requests begun so far, refused ones included. */
  get headCount(): number {
    return this.#headCount;
  }

  /**
   * Whether a request was begun whose PARAMS are not complete, or a record in front of one. For a deadline of your own:
   * web servers send all of that in one go.
   */
  get isInsideHead(): boolean {
    if (this.#state === 'ended') return false;
    for (const request of this.#requests.list()) if (request.received === 'params') return true;
    return this.#requests.size === 0 && this.#decoder.isInsideRecord;
  }

  /** Whether the last answer is out, or the connection failed; nothing more will be sent. */
  get isEnded(): boolean {
    return this.#state === 'ended';
  }

  /**
   * Takes bytes from the web server, cut anywhere. They must not change while a request uses views of them, unless the
   * option `reusesInput` says so.
   */
  receive(chunk: Buffer): void {
    if (this.#state === 'ended') {
      this.#drain(chunk.length);
      return;
    }
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      if (!isConnectionFault(error)) throw error;
      this.#fail(error);
    }
  }

  /** The web server closed, or half-closed, its end: everything still open is aborted. */
  receiveEnd(): void {
    if (this.#state === 'ended') return;
    if (this.#decoder.isInsideRecord) {
      this.#fail(this.#error('FCGI_TRUNCATED', 'connection closed inside a record'));
      return;
    }
    const hadRequests = this.#requests.size > 0;
    this.#abandonRequests();
    this.#state = 'ended';
    if (hadRequests) this.#transport.destroy();
    else this.#transport.end();
  }

  /** The transport has room again. */
  drained(): void {
    this.#writer.unblock();
    this.#gate.setOutputStuck(false);
    for (const request of this.#requests.list()) {
      if (this.#writer.isBlocked) return;
      if (!request.needsDrain) continue;
      request.needsDrain = false;
      this.#handler.onDrain(request);
    }
  }

  /** Ends gracefully: requests in progress are finished, new ones are refused as OVERLOADED, then the transport ends. */
  close(): void {
    if (this.#state === 'ended') return;
    this.#state = 'draining';
    this.#endIfIdle();
  }

  #onContent(header: RecordHeader, chunk: Buffer, start: number, end: number, remaining: number): void {
    const { type, requestId } = header;
    if (requestId === MANAGEMENT_ID) {
      this.#onManagement(header, chunk, start, end, remaining);
      return;
    }
    switch (type) {
      case RecordType.BEGIN_REQUEST:
        this.#onBegin(header, chunk, start, end, remaining);
        return;
      case RecordType.PARAMS:
        this.#onParams(header, chunk, start, end);
        return;
      case RecordType.STDIN:
      case RecordType.DATA:
        this.#onInput(header, chunk, start, end, remaining);
        return;
      case RecordType.ABORT_REQUEST:
        if (remaining === 0) this.#onAbort(requestId);
        return;
      case RecordType.END_REQUEST:
      case RecordType.STDOUT:
      case RecordType.STDERR:
        this.#onWrongDirection(header);
        return;
      default: // Unknown types, and management types with a request id, are skipped (specification 3.3).
    }
  }

  #onBegin(header: RecordHeader, chunk: Buffer, start: number, end: number, remaining: number): void {
    const { contentLength, requestId } = header;
    if (contentLength !== FIXED_BODY_LENGTH) {
      throw this.#error('FCGI_BODY_LENGTH', `BEGIN_REQUEST with ${contentLength} bytes, not 8`, requestId);
    }
    chunk.copy(this.#fixedBody, FIXED_BODY_LENGTH - remaining - (end - start), start, end);
    if (remaining > 0) return;
    this.#headCount++;
    if (this.#requests.get(requestId) !== undefined) {
      throw this.#error('FCGI_DUPLICATE_ID', 'BEGIN_REQUEST for an active request', requestId);
    }
    this.#drainedBytes = 0;
    if (this.#writer.isBlocked) this.#gate.setOutputStuck(true);
    const role = this.#fixedBody.readUInt16BE(0);
    const keepConnection = (this.#fixedBody.readUInt8(2) & KEEP_CONN) !== 0;
    const refusal = this.#refusalFor(role);
    if (refusal !== ProtocolStatus.REQUEST_COMPLETE) {
      this.#answer(encodeEndRequest(requestId, 0, refusal));
      if (!keepConnection) this.close();
      return;
    }
    const request = new OpenServerRequest<T>(this.#host, requestId, role as Role, keepConnection);
    this.#requests.add(request);
    this.#latest = request;
  }

  #refusalFor(role: number): Status {
    if (role < Role.RESPONDER || role > Role.FILTER) return ProtocolStatus.UNKNOWN_ROLE;
    if (this.#requests.size > 0 && !this.#canMultiplex) return ProtocolStatus.CANT_MPX_CONN;
    const isFull = this.#requests.size >= this.#limits.requests;
    return isFull || this.#state !== 'open' ? ProtocolStatus.OVERLOADED : ProtocolStatus.REQUEST_COMPLETE;
  }

  #onParams(header: RecordHeader, chunk: Buffer, start: number, end: number): void {
    const { requestId } = header;
    const request = this.#find(requestId);
    if (request === undefined) return;
    if (request.received !== 'params') {
      throw this.#error('FCGI_OUT_OF_ORDER', 'PARAMS after the end of PARAMS', requestId);
    }
    if (header.contentLength > 0) {
      request.collector ??= new ParamsCollector(this.#limits.paramsBytes, this.#limits.paramsPairs);
      if (this.#reusesInput)
        request.collector.append(Buffer.from(chunk.subarray(start, end)), 0, end - start);
      else request.collector.append(chunk, start, end);
      return;
    }
    request.finishParams();
    this.#handler.onRequest(request);
  }

  #onInput(header: RecordHeader, chunk: Buffer, start: number, end: number, remaining: number): void {
    const { type, requestId, contentLength } = header;
    const request = this.#find(requestId);
    if (request === undefined) {
      this.#drain(end - start);
      return;
    }
    if (type === RecordType.DATA && request.role !== Role.FILTER) return;
    const wanted = type === RecordType.DATA ? 'data' : 'stdin';
    if (request.received === wanted) {
      if (contentLength === 0) request.receiveStreamEnd();
      else request.receiveContent(chunk.subarray(start, end), chunk);
      return;
    }
    const isAhead =
      request.received === 'params' || (type === RecordType.DATA && request.received === 'stdin');
    if (isAhead) throw this.#error('FCGI_OUT_OF_ORDER', `${wanted} before its turn`, requestId);
    if (contentLength > 0 && remaining === 0) {
      this.#handler.onError?.(this.#error('FCGI_DATA_AFTER_END', `${wanted} after its end`, requestId));
    }
  }

  #onAbort(requestId: number): void {
    const request = this.#find(requestId);
    if (request === undefined) return;
    if (request.received === 'params') {
      // Nobody was told of this request, so nobody else will end it.
      request.markEnded();
      this.#answer(encodeEndRequest(requestId, 1, ProtocolStatus.REQUEST_COMPLETE));
      this.#requestEnded(request);
      return;
    }
    request.receiveAbort(false);
  }

  #onManagement(header: RecordHeader, chunk: Buffer, start: number, end: number, remaining: number): void {
    const { type } = header;
    if (type === RecordType.GET_VALUES_RESULT || type === RecordType.UNKNOWN_TYPE) {
      this.#onWrongDirection(header);
      return;
    }
    const kept = this.#reusesInput ? Buffer.from(chunk) : chunk;
    this.#management ??= this.#makeManagement();
    const answer = this.#management.receive(header, kept, start, end, remaining);
    if (answer !== undefined) this.#answer(answer);
  }

  #makeManagement(): ManagementAnswerer {
    const { maxConnections = DEFAULT_MAX, maxRequests = DEFAULT_MAX } = this.#options;
    const values = { maxConnections, maxRequests, multiplex: this.#canMultiplex };
    return new ManagementAnswerer(values, this.#limits);
  }

  #onWrongDirection({ type, requestId }: RecordHeader): void {
    if (!this.#isStrict) return;
    throw this.#error('FCGI_WRONG_DIRECTION', `record type ${type} from a web server`, requestId);
  }

  /** Sends what no handler paces; a peer that does not read such answers is not read from either. */
  #answer(records: Buffer): void {
    if (!this.#writer.send(records)) this.#gate.setOutputStuck(true);
  }

  #find(requestId: number): OpenServerRequest<T> | undefined {
    const latest = this.#latest;
    if (latest !== undefined && latest.id === requestId) return latest;
    const request = this.#requests.get(requestId);
    if (request !== undefined) this.#latest = request;
    return request;
  }

  #forget(request: OpenServerRequest<T>): void {
    this.#requests.delete(request);
    if (this.#latest === request) this.#latest = undefined;
  }

  #requestEnded(request: OpenServerRequest<T>): void {
    this.#forget(request);
    if (!request.keepConnection && this.#state === 'open') this.#state = 'draining';
    // A web server that does not keep the connection has nothing to say after its only request.
    this.#endIfIdle(!request.keepConnection && request.received === 'complete' && this.#headCount === 1);
  }

  #endIfIdle(hasPeerFinished: boolean = false): void {
    if (this.#state !== 'draining' || this.#requests.size > 0) return;
    this.#state = 'ended';
    this.#decoder.stop();
    this.#transport.end(hasPeerFinished && !this.#decoder.isInsideRecord);
  }

  #destroyIfAlone(request: OpenServerRequest<T>): boolean {
    if (this.#requests.size > 1) return false;
    request.markEnded();
    this.#forget(request);
    this.#writer.send(encodeBreak(request.id));
    this.#destroy();
    return true;
  }

  #fail(error: FastCgiError): void {
    this.#abandonRequests();
    this.#destroy();
    this.#handler.onError?.(error);
  }

  #abandonRequests(): void {
    const lost = this.#requests.clear();
    this.#latest = undefined;
    for (const request of lost) {
      if (request.received === 'params') request.markEnded();
      else request.receiveAbort(true);
    }
  }

  #destroy(): void {
    this.#state = 'ended';
    this.#decoder.stop();
    this.#transport.destroy();
  }

  /** Counts input nobody wants any more, so that a peer cannot send it for ever. */
  #drain(length: number): void {
    this.#drainedBytes += length;
    if (this.#drainedBytes <= this.#limits.drainBytes) return;
    this.#drainedBytes = 0;
    this.#fail(
      this.#error('FCGI_DRAIN_LIMIT', `more than ${this.#limits.drainBytes} bytes after the answer`),
    );
  }

  #error(code: FastCgiErrorCode, message: string, requestId?: number): FastCgiError {
    const offset = this.#decoder.recordOffset;
    return new FastCgiError(code, message, requestId === undefined ? { offset } : { requestId, offset });
  }
}
