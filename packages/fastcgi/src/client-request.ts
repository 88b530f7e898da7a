// One request on the web-server side: the input it sends and the response it gets.
import { CgiHeadParser, type HeadAndBody, type HeadLimits } from './cgi-head.ts';
import type { ClientHandler, RequestEnd } from './client-handler.ts';
import { RecordType, Role } from './constants.ts';
import { FastCgiError } from './errors.ts';
import type { InputGate } from './input-gate.ts';
import { InputQueue, STREAM_END, type InputSink } from './input-queue.ts';
import { encodeStreamEnd } from './record-encoder.ts';
import type { RecordWriter } from './record-writer.ts';

/**
 * A request as the web server sees it. The input methods throw FCGI_REQUEST_ENDED after the end of their stream; once
 * the response is complete or lost they do nothing.
 */
export interface ClientRequest<T = unknown> {
  /** 1 to 65535; used again after the response. */
  readonly id: number;
  readonly role: Role;
  /** Room for whoever drives this request. */
  userData: T | undefined;
  /** Writes to STDIN, the request body. False: stop until `onDrain`; the bytes were taken. */
  writeStdin(...parts: readonly Uint8Array[]): boolean;
  /** Ends STDIN. Every request needs it, also one without a body, unless `stdin` was given whole. */
  endStdin(): void;
  /** Writes to DATA, the file of a Filter; after the end of STDIN. */
  writeData(...parts: readonly Uint8Array[]): boolean;
  /** Ends DATA. */
  endData(): void;
  /**
   * Holds the response until `resume`; the connection goes on while `heldBytes` lasts. STDERR is not held, and when
   * called from `onHead` neither are the body bytes that came with the head.
   */
  pause(): void;
  /** Delivers what was held, from within this call, and lets more come. */
  resume(): void;
  /**
   * Gives the request up: no event follows. With others on the connection ABORT_REQUEST is sent; alone the connection is
   * closed, which is the only sign that every application understands.
   */
  abort(): void;
}

/** What a request needs from the connection it lives on. */
export interface ClientHost<T> {
  readonly handler: ClientHandler<T>;
  readonly writer: RecordWriter;
  readonly gate: InputGate;
  readonly headLimits: HeadLimits;
  abortRequest(request: OpenClientRequest<T>): void;
}

/** `over`: completely answered, failed or aborted, as far as the handler is concerned. */
type ResponseState = 'head' | 'body' | 'over';

/** The request object behind {@link ClientRequest}, with the side that only the connection uses. */
export class OpenClientRequest<T> implements ClientRequest<T>, InputSink {
  readonly id: number;
  readonly role: Role;
  userData: T | undefined;
  /** Whether `onDrain` is owed. */
  needsDrain = false;
  /** Whether every input stream of the role was ended, so that the connection may carry another request. */
  isInputComplete = false;
  /** Whether a record of the response came; if not, the application may never have seen the request. */
  hasResponse = false;
  /** Whether records may still be sent for this request. */
  isOnWire = true;
  /** Whether the application ended STDOUT; content after that is dropped. */
  hasStdoutEnd = false;
  readonly #host: ClientHost<T>;
  #parser: CgiHeadParser | undefined;
  #response: ResponseState;
  #isStdinEnded = false;
  #queue: InputQueue | undefined;
  #outcome: RequestEnd | FastCgiError | undefined;

  constructor(host: ClientHost<T>, id: number, role: Role, parseHead: boolean, userData: T | undefined) {
    this.#host = host;
    this.id = id;
    this.role = role;
    this.userData = userData;
    this.#parser = parseHead ? new CgiHeadParser(host.headLimits) : undefined;
    this.#response = parseHead ? 'head' : 'body';
  }

  writeStdin(...parts: readonly Uint8Array[]): boolean {
    if (this.#isStdinEnded) throw this.#ended('STDIN');
    return this.#write(RecordType.STDIN, parts);
  }

  endStdin(): void {
    if (this.#isStdinEnded) throw this.#ended('STDIN');
    this.markStdinEnded();
    if (this.isOnWire) this.#host.writer.send(encodeStreamEnd(RecordType.STDIN, this.id));
  }

  /** STDIN was ended by records sent together with the request. */
  markStdinEnded(): void {
    this.#isStdinEnded = true;
    this.needsDrain = false;
    if (this.role !== Role.FILTER) this.isInputComplete = true;
  }

  writeData(...parts: readonly Uint8Array[]): boolean {
    this.#checkData();
    return this.#write(RecordType.DATA, parts);
  }

  endData(): void {
    this.#checkData();
    this.isInputComplete = true;
    this.needsDrain = false;
    if (this.isOnWire) this.#host.writer.send(encodeStreamEnd(RecordType.DATA, this.id));
  }

  pause(): void {
    this.#queue ??= new InputQueue(this.#host.gate, this);
    this.#queue.pause();
  }

  resume(): void {
    this.#queue?.resume();
  }

  abort(): void {
    if (this.#response === 'over') return;
    this.#response = 'over';
    this.#queue?.drop();
    if (this.isOnWire) this.#host.abortRequest(this);
  }

  /** Takes a piece of STDOUT; `chunk` is what it was cut from. */
  receiveStdout(content: Buffer, chunk: Buffer): void {
    if (this.#response === 'over') return;
    if (this.#queue === undefined) this.deliver(content);
    else this.#queue.push(content, chunk);
  }

  receiveStderr(content: Buffer): void {
    if (this.#response !== 'over') this.#host.handler.onStderr(this, content);
  }

  /** Nothing more comes; the handler learns it after what is still held. */
  receiveOutcome(outcome: RequestEnd | FastCgiError): void {
    this.isOnWire = false;
    this.#outcome = outcome;
    this.receiveStdout(STREAM_END, STREAM_END);
  }

  /** The connection is lost or the request aborted; nothing can be sent for it any more. */
  leaveWire(): void {
    this.isOnWire = false;
    this.needsDrain = false;
  }

  deliver(piece: Buffer): void {
    if (this.#response === 'over') return;
    if (piece.length === 0) {
      this.#conclude();
    } else if (this.#parser === undefined) {
      this.#host.handler.onBody(this, piece);
    } else {
      this.#parseHead(this.#parser, piece);
    }
  }

  #parseHead(parser: CgiHeadParser, piece: Buffer): void {
    let result: HeadAndBody | undefined;
    try {
      result = parser.push(piece);
    } catch (error) {
      if (!(error instanceof FastCgiError)) throw error;
      this.#fail(error);
      if (this.isOnWire) this.#host.abortRequest(this);
      return;
    }
    if (result === undefined) return;
    this.#parser = undefined;
    this.#response = 'body';
    this.#host.handler.onHead(this, result.head);
    if (result.body.length > 0) this.deliver(result.body);
  }

  #conclude(): void {
    const outcome = this.#outcome;
    if (outcome === undefined) return;
    if (outcome instanceof FastCgiError) {
      this.#fail(outcome);
    } else if (this.#response === 'head') {
      this.#fail(
        new FastCgiError('FCGI_PREMATURE_END', 'response ended inside its head', { requestId: this.id }),
      );
    } else {
      this.#response = 'over';
      this.#host.handler.onEnd(this, outcome);
    }
  }

  #fail(error: FastCgiError): void {
    this.#response = 'over';
    this.#queue?.drop();
    this.#host.handler.onFail(this, error);
  }

  #write(type: typeof RecordType.STDIN | typeof RecordType.DATA, parts: readonly Uint8Array[]): boolean {
    if (!this.isOnWire) return true;
    const { writer } = this.#host;
    let length = 0;
    for (const part of parts) length += part.length;
    const isReady = length === 0 ? !writer.isBlocked : writer.sendStream(type, this.id, parts, length);
    if (!isReady) this.needsDrain = true;
    return isReady;
  }

  #checkData(): void {
    if (this.role !== Role.FILTER || this.isInputComplete) throw this.#ended('DATA');
    if (!this.#isStdinEnded) {
      throw new FastCgiError('FCGI_OUT_OF_ORDER', 'DATA before the end of STDIN', { requestId: this.id });
    }
  }

  #ended(stream: string): FastCgiError {
    return new FastCgiError('FCGI_REQUEST_ENDED', `${stream} has ended`, { requestId: this.id });
  }
}
