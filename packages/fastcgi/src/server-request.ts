// One request on the application side: its input queue, its output, and when its id is free again.
import { HEADER_LENGTH, ProtocolStatus, RecordType, Role } from './constants.ts';
import { FastCgiError } from './errors.ts';
import type { InputGate } from './input-gate.ts';
import { InputQueue, STREAM_END, type InputSink } from './input-queue.ts';
import { takeMemory } from './memory.ts';
import { NO_PARAMS, type Params } from './params.ts';
import type { ParamsCollector } from './params-collector.ts';
import {
  encodeEndRequest,
  FIXED_RECORD_LENGTH,
  streamLength,
  writeEndRequest,
  writeStream,
  writeStreamEnd,
} from './record-encoder.ts';
import type { RecordWriter } from './record-writer.ts';
import type { ServerHandler } from './server-handler.ts';

/** Up to this much content a whole answer leaves as one buffer in one write; parts of a longer one are sent as they are. */
export const ONE_WRITE_MAX = 16_384;

/** Why the application would not take a request; the web server may send it elsewhere. */
export type Refusal = 'cant-multiplex' | 'overloaded' | 'unknown-role';

const REFUSAL_STATUS = {
  'cant-multiplex': ProtocolStatus.CANT_MPX_CONN,
  overloaded: ProtocolStatus.OVERLOADED,
  'unknown-role': ProtocolStatus.UNKNOWN_ROLE,
} as const;

/**
 * A request as the application sees it. It ends by exactly one of `end`, `refuse` and `abort`; after that every method
 * but the input ones throws FCGI_REQUEST_ENDED. After an abort by the peer writing is allowed and does nothing.
 */
export interface ServerRequest<T = unknown> {
  /** 1 to 65535; free for another request as soon as this one ended. */
  readonly id: number;
  readonly role: Role;
  /** Whether the web server wants the connection left open. */
  readonly keepConnection: boolean;
  /** The variables; complete from `onRequest` on. See {@link Params.bytes} for how long its bytes live. */
  readonly params: Params;
  /** Whether the web server gave the request up, by ABORT_REQUEST or by closing. */
  readonly isAborted: boolean;
  /** Whether bytes written now would be sent: not ended, not aborted. */
  readonly isWritable: boolean;
  /** Room for the front that drives this request, so that it needs no map. */
  userData: T | undefined;
  /** Holds STDIN, its end, and DATA after it, until `resumeStdin`. The connection goes on while `heldBytes` lasts. */
  pauseStdin(): void;
  /** Delivers what was held, from within this call, and lets more come. */
  resumeStdin(): void;
  /**
   * Writes to STDOUT: the CGI header block, then the body. False: stop until `onDrain`; the bytes were taken. Parts of
   * more than 16 KiB in all are not copied, so they must not change until they are sent.
   */
  writeStdout(...parts: readonly Uint8Array[]): boolean;
  /** Writes to STDERR, the web server's log. False as for `writeStdout`. */
  writeStderr(...parts: readonly Uint8Array[]): boolean;
  /**
   * Writes `parts` to STDOUT, ends it and the request. Up to 64 KiB all of it is one buffer and one write. `appStatus`
   * is what a CGI program would have exited with, default 0. After ABORT_REQUEST only the end of the request is sent.
   */
  end(parts?: readonly Uint8Array[], appStatus?: number): void;
  /** Answers that no work was done, with nothing on STDOUT. Throws FCGI_RESPONSE_STARTED when something was written. */
  refuse(reason: Refusal): void;
  /**
   * Cuts the answer so that it cannot be taken for a complete one: without END_REQUEST, by bytes that are no record, and
   * the connection is destroyed. With other requests on the connection it is END_REQUEST with `appStatus` 1 instead, which
   * most web servers do not heed.
   */
  abort(): void;
}

/** What a request needs from the connection it lives on. */
export interface RequestHost<T> {
  readonly handler: ServerHandler<T>;
  readonly writer: RecordWriter;
  readonly gate: InputGate;
  /** See `ServerOptions.copyInput`; null where input is not used again. */
  readonly copyInput: ((piece: Buffer) => Buffer) | null;
  /** The request's last record is written; its id is free. */
  requestEnded(request: OpenServerRequest<T>): void;
  /** Destroys the connection if the request is alone on it. False: it is not alone. */
  destroyIfAlone(request: OpenServerRequest<T>): boolean;
}

/**
 *   open --ABORT_REQUEST--> aborted --+
 *    |                                +-- end, refuse, abort --> ended
 *    +--------------------------------+
 *   open, aborted --connection lost--> gone
 */
type OutputState = 'open' | 'aborted' | 'ended' | 'gone';

/** Which stream comes next: PARAMS, STDIN, DATA (Filter only), nothing. */
export type InputPhase = 'params' | 'stdin' | 'data' | 'complete';

const NO_PARTS: readonly Uint8Array[] = [];

/** The request object behind {@link ServerRequest}, with the side that only the connection uses. */
export class OpenServerRequest<T> implements ServerRequest<T>, InputSink {
  readonly id: number;
  readonly role: Role;
  readonly keepConnection: boolean;
  params: Params = NO_PARAMS;
  userData: T | undefined = undefined;
  /** PARAMS while they are open, from their first record on. */
  collector: ParamsCollector | undefined;
  /** What the next record may be; ahead of what was delivered while the reader is paused. */
  received: InputPhase = 'params';
  /** Whether `writeStdout` or `writeStderr` said false and `onDrain` has not been called since. */
  needsDrain = false;
  readonly #host: RequestHost<T>;
  #output: OutputState = 'open';
  #delivered: InputPhase = 'stdin';
  /** Made at the first pause; most requests need none. */
  #queue: InputQueue | undefined;
  #hasStdout = false;
  #hasStderr = false;

  constructor(host: RequestHost<T>, id: number, role: Role, keepConnection: boolean) {
    this.#host = host;
    this.id = id;
    this.role = role;
    this.keepConnection = keepConnection;
  }

  get isAborted(): boolean {
    return this.#output === 'aborted' || this.#output === 'gone';
  }

  get isWritable(): boolean {
    return this.#output === 'open';
  }

  pauseStdin(): void {
    this.#queue ??= new InputQueue(this.#host.gate, this, this.#host.copyInput);
    this.#queue.pause();
  }

  resumeStdin(): void {
    this.#queue?.resume();
  }

  writeStdout(...parts: readonly Uint8Array[]): boolean {
    this.#hasStdout = true;
    return this.#write(RecordType.STDOUT, parts);
  }

  writeStderr(...parts: readonly Uint8Array[]): boolean {
    this.#hasStderr = true;
    return this.#write(RecordType.STDERR, parts);
  }

  end(parts: readonly Uint8Array[] = NO_PARTS, appStatus = 0): void {
    if (!this.#checkOpen()) return;
    if (this.#output === 'aborted') {
      this.#host.writer.send(encodeEndRequest(this.id, appStatus, ProtocolStatus.REQUEST_COMPLETE));
    } else {
      this.#sendLast(parts, byteLength(parts), appStatus);
    }
    this.#finish();
  }

  refuse(reason: Refusal): void {
    if (!this.#checkOpen()) return;
    if (this.#hasStdout || this.#hasStderr) {
      throw new FastCgiError('FCGI_RESPONSE_STARTED', 'refused after output was written', {
        requestId: this.id,
      });
    }
    this.#host.writer.send(encodeEndRequest(this.id, 0, REFUSAL_STATUS[reason]));
    this.#finish();
  }

  abort(): void {
    if (!this.#checkOpen()) return;
    if (this.#output === 'open' && this.#host.destroyIfAlone(this)) return;
    this.#host.writer.send(encodeEndRequest(this.id, 1, ProtocolStatus.REQUEST_COMPLETE));
    this.#finish();
  }

  /** Ends PARAMS. Throws FCGI_PAIRS_MALFORMED. */
  finishParams(): void {
    if (this.collector !== undefined) this.params = this.collector.finish();
    this.collector = undefined;
    this.received = 'stdin';
  }

  /** Takes content of the stream in turn; `chunk` is what it was cut from. */
  receiveContent(content: Buffer, chunk: Buffer): void {
    if (this.#output !== 'open') return;
    if (this.#queue === undefined) this.deliver(content);
    else this.#queue.push(content, chunk);
  }

  /** Takes the end of the stream in turn. */
  receiveStreamEnd(): void {
    this.received = this.#phaseAfter(this.received);
    this.receiveContent(STREAM_END, STREAM_END);
  }

  /** Tells the handler, unless it lost interest. */
  deliver(piece: Buffer): void {
    if (this.#output !== 'open') return;
    const { handler } = this.#host;
    const isData = this.#delivered === 'data';
    if (piece.length > 0) {
      if (isData) handler.onData(this, piece);
      else handler.onStdin(this, piece);
      return;
    }
    this.#delivered = this.#phaseAfter(this.#delivered);
    if (isData) handler.onDataEnd(this);
    else handler.onStdinEnd(this);
  }

  /** The web server gave the request up; with `isGone` nothing can be sent any more. */
  receiveAbort(isGone: boolean): void {
    if (this.#output === 'ended' || this.#output === 'gone') return;
    const wasOpen = this.#output === 'open';
    this.#output = isGone ? 'gone' : 'aborted';
    this.#queue?.drop();
    if (wasOpen) this.#host.handler.onAbort(this);
  }

  /** Marks the request as over without a word to the handler, whose own call this is part of. */
  markEnded(): void {
    this.#output = 'ended';
    this.#queue?.drop();
  }

  #write(type: typeof RecordType.STDOUT | typeof RecordType.STDERR, parts: readonly Uint8Array[]): boolean {
    if (!this.#checkOpen() || this.#output === 'aborted') return true;
    const { writer } = this.#host;
    const length = byteLength(parts);
    const isReady = length === 0 ? !writer.isBlocked : writer.sendStream(type, this.id, parts, length);
    if (!isReady) this.needsDrain = true;
    return isReady;
  }

  #sendLast(parts: readonly Uint8Array[], length: number, appStatus: number): void {
    const { writer } = this.#host;
    if (length > ONE_WRITE_MAX) {
      writer.cork();
      writer.sendStream(RecordType.STDOUT, this.id, parts, length);
      this.#sendLast(NO_PARTS, 0, appStatus);
      writer.uncork();
      return;
    }
    const endLength = (this.#hasStderr ? 2 : 1) * HEADER_LENGTH + FIXED_RECORD_LENGTH;
    const records = takeMemory(streamLength(length) + endLength);
    let at = writeStream(records, 0, RecordType.STDOUT, this.id, parts, length);
    if (this.#hasStderr) at = writeStreamEnd(records, at, RecordType.STDERR, this.id);
    at = writeStreamEnd(records, at, RecordType.STDOUT, this.id);
    writeEndRequest(records, at, this.id, appStatus, ProtocolStatus.REQUEST_COMPLETE);
    writer.send(records);
  }

  /** False when the connection is lost, so that nothing needs doing. */
  #checkOpen(): boolean {
    if (this.#output === 'ended') {
      throw new FastCgiError('FCGI_REQUEST_ENDED', 'the request has ended', { requestId: this.id });
    }
    return this.#output !== 'gone';
  }

  #finish(): void {
    this.markEnded();
    this.#host.requestEnded(this);
  }

  #phaseAfter(phase: InputPhase): InputPhase {
    if (phase === 'params') return 'stdin';
    return phase === 'stdin' && this.role === Role.FILTER ? 'data' : 'complete';
  }
}

function byteLength(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}
