// The web-server side of one connection: one request at a time, CPING between them.
// It owns the order of packets, the response's content-length and the decision to keep or close.
import type { ClientHandler } from './client-handler.ts';
import { ClientRequest, type ClientLink } from './client-request.ts';
import { AjpError } from './errors.ts';
import { encodeForwardRequest, type ForwardRequestInit } from './forward-request-encoder.ts';
import { parseContentLength, type HeaderPair } from './header-list.ts';
import { resolveLimits, type AjpLimits } from './limits.ts';
import { PacketDecoder } from './packet-decoder.ts';
import { RequestUpload } from './request-upload.ts';
import { bodyRuleOf, type BodyRule } from './response-head.ts';
import type { Transport } from './transport.ts';
import { PING, decodeResponseMessage, type ResponseMessage } from './response-messages.ts';

/** Settings of the web-server side. */
export interface ClientConnectionOptions {
  readonly limits?: Partial<AjpLimits>;
}

/**
 *   idle --send--> active --END_RESPONSE, reusable--> idle
 *   idle --ping--> pinging --CPONG--> idle
 *   any --error, END_RESPONSE without reuse, close--> closed
 */
type ClientState<T> =
  | { readonly at: 'idle' }
  | { readonly at: 'pinging'; readonly answered: (error: AjpError | null) => void }
  | Active<T>
  | { readonly at: 'closed' };

interface Active<T> {
  readonly at: 'active';
  readonly request: ClientRequest<T>;
  readonly handler: ClientHandler<T>;
  readonly upload: RequestUpload;
  /** Null until the head has come. */
  rule: BodyRule | null;
  bodyBytes: number;
}

const IDLE = { at: 'idle' } as const;
const CLOSED = { at: 'closed' } as const;

/** The web-server side of one connection. Feed it bytes; it calls the handler of the request and writes to the transport. */
export class ClientConnection<T = unknown> {
  readonly #transport: Transport;
  readonly #limits: AjpLimits;
  readonly #decoder: PacketDecoder;
  readonly #link: ClientLink;
  #state: ClientState<T> = IDLE;
  #isReading = false;
  #isPaused = false;
  #hasPeerEnded = false;

  /** Throws AJP_INVALID_OPTION for limits out of range. */
  constructor(transport: Transport, options: ClientConnectionOptions = {}) {
    this.#transport = transport;
    this.#limits = resolveLimits(options.limits);
    this.#decoder = new PacketDecoder('toWebServer', this.#limits.receivePacketSize);
    this.#link = {
      pause: () => this.#pause(),
      resume: () => this.#resume(),
      abort: () => this.#fail(new AjpError('AJP_ABORTED', 'the request was aborted')),
      mismatch: (message) => this.#fail(new AjpError('AJP_LENGTH_MISMATCH', message)),
      isActive: (request) => this.#state.at === 'active' && this.#state.request === request,
    };
  }

  /** True if `send` or `ping` may be called. */
  get isIdle(): boolean {
    return this.#state.at === 'idle';
  }

  get isClosed(): boolean {
    return this.#state.at === 'closed';
  }

  /** Sends CPING; `answered` is called with null for the CPONG, or with the error that came instead. */
  ping(answered: (error: AjpError | null) => void): void {
    this.#requireIdle();
    this.#state = { at: 'pinging', answered };
    this.#transport.write(PING);
  }

  /**
   * Sends a request. Its body is as long as its content-length header says, ends with `end` if it has
   * `transfer-encoding: chunked`, and else there is none and `content-length: 0` is added, as containers expect.
   * Throws AJP_WRONG_STATE unless idle, AJP_HEAD_TOO_LARGE or AJP_INVALID_HEADER; nothing was sent then.
   */
  send(init: ForwardRequestInit, handler: ClientHandler<T>): ClientRequest<T> {
    this.#requireIdle();
    const headers = init.headers ?? [];
    const framing = requestFraming(headers);
    const complete = framing === 'none' ? { ...init, headers: [...headers, NO_BODY] } : init;
    const packet = encodeForwardRequest(complete, this.#limits.packetSize);
    const contentLength = framing === 'none' ? 0 : framing === 'chunked' ? null : framing;
    const upload = new RequestUpload(contentLength, this.#limits.packetSize, (body) =>
      this.#transport.write(body),
    );
    const request = new ClientRequest<T>(init.method, upload, this.#link);
    this.#state = { at: 'active', request, handler, upload, rule: null, bodyBytes: 0 };
    this.#transport.write(packet);
    return request;
  }

  /** Takes received bytes, which must not be changed afterwards. Calls the handler before it returns. */
  receive(chunk: Buffer): void {
    if (this.#state.at === 'closed') return;
    if (this.#state.at === 'active') this.#state.request.responseStarted = true;
    this.#decoder.push(chunk);
    this.#readOn();
  }

  /** The container will send nothing more, or the stream broke. */
  receiveEnd(cause?: unknown): void {
    this.#hasPeerEnded = true;
    if (this.#isPaused && this.#decoder.pendingBytes > 0) return;
    const state = this.#state;
    const hasHead = state.at === 'active' && state.rule !== null;
    const code = hasHead ? 'AJP_RESPONSE_TRUNCATED' : 'AJP_CONNECTION_CLOSED';
    this.#fail(new AjpError(code, 'the container closed before END_RESPONSE', { cause }));
  }

  /** The transport can take more. Body packets go one at a time, so there is nothing to resume. */
  drained(): void {
    if (this.#state.at === 'active') this.#tellDrain(this.#state);
  }

  /** Closes now. A request under way fails with AJP_ABORTED, a ping likewise. */
  close(): void {
    this.#fail(new AjpError('AJP_ABORTED', 'the connection was closed'));
  }

  #requireIdle(): void {
    if (this.#state.at !== 'idle') {
      throw new AjpError('AJP_WRONG_STATE', `the connection is ${this.#state.at}, not idle`);
    }
  }

  #readOn(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#state.at !== 'closed' && !this.#isPaused && this.#readOne());
    } finally {
      this.#isReading = false;
    }
    if (this.#hasPeerEnded && !this.#isPaused) this.receiveEnd();
  }

  /** Handles one packet; false if none is complete. */
  #readOne(): boolean {
    let message: ResponseMessage | null;
    try {
      message = this.#decode();
    } catch (error) {
      if (!(error instanceof AjpError)) throw error;
      this.#fail(error);
      return false;
    }
    if (message === null) return false;
    this.#tell(message);
    return true;
  }

  /** Decodes and checks one packet. Calls no handler, so whatever it throws is the container's doing. */
  #decode(): ResponseMessage | null {
    const payload = this.#decoder.next();
    if (payload === null) return null;
    const message = decodeResponseMessage(payload, this.#limits.headerCountMax);
    const state = this.#state;
    if ((message.type === 'pong') !== (state.at === 'pinging') || state.at === 'idle') {
      throw new AjpError('AJP_UNEXPECTED_PACKET', `${message.type} from the container while ${state.at}`);
    }
    if (state.at === 'active') this.#check(state, message);
    return message;
  }

  #check(active: Active<T>, message: ResponseMessage): void {
    switch (message.type) {
      case 'head':
        if (active.rule !== null) throw malformed('headers twice');
        active.rule = bodyRuleOf(message.head, active.request.method);
        if (active.rule === null) throw malformed('content-length is no number or given twice');
        break;
      case 'bodyChunk':
        if (active.rule === null && message.data.length > 0) throw malformed('body before headers');
        if (active.rule?.allowed === true) active.bodyBytes += message.data.length;
        if (active.rule !== null && active.rule.length !== null && active.bodyBytes > active.rule.length) {
          throw malformed(`body longer than its content-length of ${active.rule.length}`);
        }
        break;
      case 'bodyWanted':
        active.upload.ask(message.countMax);
        break;
      case 'end':
        if (active.rule === null) throw malformed('END_RESPONSE before headers');
        if (active.rule.length !== null && active.bodyBytes < active.rule.length) {
          throw new AjpError(
            'AJP_RESPONSE_TRUNCATED',
            `END_RESPONSE after ${active.bodyBytes} of ${active.rule.length} body bytes`,
          );
        }
        break;
      case 'pong':
        break;
    }
  }

  #tell(message: ResponseMessage): void {
    const state = this.#state;
    if (state.at === 'pinging') {
      this.#state = IDLE;
      state.answered(null);
    } else if (state.at === 'active') {
      if (message.type === 'head') state.handler.onHead(state.request, message.head);
      else if (message.type === 'bodyChunk') this.#tellBody(state, message.data);
      else if (message.type === 'bodyWanted') this.#tellDrain(state);
      else if (message.type === 'end') this.#finish(state, message.reuse);
    }
  }

  #tellBody({ handler, request, rule }: Active<T>, data: Buffer): void {
    if (rule === null) return;
    if (data.length === 0) handler.onFlush?.(request);
    else if (rule.allowed) handler.onBody(request, data);
  }

  #tellDrain({ handler, request, upload }: Active<T>): void {
    if (upload.takeDrain()) handler.onDrain(request);
  }

  // A first body packet that was never sent would be taken for nothing of the sort if it came later.
  #finish({ handler, request, upload }: Active<T>, reuse: boolean): void {
    if (reuse && !upload.isOwing && this.#decoder.pendingBytes === 0) {
      this.#state = IDLE;
    } else {
      this.#state = CLOSED;
      this.#transport.end();
    }
    handler.onEnd(request);
  }

  #pause(): void {
    this.#isPaused = true;
    this.#transport.pause();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#transport.resume();
    this.#readOn();
  }

  #fail(error: AjpError): void {
    const state = this.#state;
    if (state.at === 'closed') return;
    this.#state = CLOSED;
    this.#transport.destroy();
    if (state.at === 'pinging') state.answered(error);
    if (state.at === 'active') state.handler.onFail(state.request, error);
  }
}

const NO_BODY: HeaderPair = ['content-length', '0'];

function requestFraming(headers: readonly HeaderPair[]): number | 'chunked' | 'none' {
  let framing: number | 'chunked' | 'none' = 'none';
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (lower !== 'content-length' && lower !== 'transfer-encoding') continue;
    const found = lower === 'content-length' ? parseContentLength(value) : chunked(value);
    if (found === null || framing !== 'none') {
      throw new AjpError('AJP_INVALID_HEADER', 'content-length or transfer-encoding is bad or given twice');
    }
    framing = found;
  }
  return framing;
}

function chunked(value: string): 'chunked' | null {
  return value.toLowerCase() === 'chunked' ? 'chunked' : null;
}

function malformed(what: string): AjpError {
  return new AjpError('AJP_MALFORMED_RESPONSE', what);
}
