// The response on the container side: head, body, end, and what of it goes out in one write.
import { AjpError } from './errors.ts';
import { toHeaderList, type HeaderPair, type HeaderSource } from './header-list.ts';
import { bodyRuleOf, encodeResponseHead, type BodyRule } from './response-head.ts';
import { END_CLOSE, END_REUSE, FLUSH, encodeBodyChunks } from './response-messages.ts';

/** What a response needs of its connection. */
export interface ResponseLink {
  readonly packetSize: number;
  /** Queues bytes; false asks to wait for a drain. */
  send(bytes: Buffer): boolean;
  /** True if the connection can carry another request once this response has ended. */
  canReuse(): boolean;
  /** The last byte was queued. */
  ended(reuse: boolean): void;
  /** Closes without END_RESPONSE, the only way to show a front that a response is cut. */
  cut(reason: AjpError): void;
}

/**
 *   waiting --writeHead--> headed --write/flush/end--> streaming --end--> over
 *      \_____________________\___________________________\____ peer gone or abort --> over
 *
 * `headed` holds the head back so that head, first body bytes and end can share one write.
 */
type ResponseState =
  | { readonly at: 'waiting' }
  | { readonly at: 'headed'; readonly head: Buffer; readonly rule: BodyRule }
  | { readonly at: 'streaming'; readonly rule: BodyRule }
  | { readonly at: 'over'; readonly cleanly: boolean };

const WAITING: ResponseState = { at: 'waiting' };

/** Writes one response. Once the request was aborted every call does nothing. */
export class ResponseWriter {
  readonly #link: ResponseLink;
  readonly #method: string;
  #state: ResponseState = WAITING;
  #bodyBytes = 0;

  constructor(link: ResponseLink, method: string) {
    this.#link = link;
    this.#method = method;
  }

  /** True once any byte of the response was handed to the transport. */
  get isStarted(): boolean {
    return this.#state.at === 'streaming' || this.#state.at === 'over';
  }

  /** True once nothing more can be written. */
  get isOver(): boolean {
    return this.#state.at === 'over';
  }

  writeHead(status: number, reason: string, headers: HeaderSource): void {
    if (this.#isGone()) return;
    if (this.#state.at !== 'waiting') throw wrongState('the head was already written');
    const head = { status, reason, headers: toHeaderList(headers) };
    if (head.headers.some(isTransferEncoding)) {
      throw new AjpError('AJP_INVALID_HEADER', 'transfer-encoding: AJP frames the body itself');
    }
    const rule = bodyRuleOf(head, this.#method);
    if (rule === null) throw new AjpError('AJP_INVALID_HEADER', 'content-length is no number or given twice');
    this.#state = { at: 'headed', head: encodeResponseHead(head, this.#link.packetSize), rule };
  }

  /** Sends body bytes. False asks to wait for the drain. */
  write(parts: readonly Uint8Array[]): boolean {
    return this.#write(parts, undefined);
  }

  flush(): boolean {
    return this.#write(NO_PARTS, FLUSH);
  }

  writeFlushed(parts: readonly Uint8Array[]): boolean {
    return this.#write(parts, FLUSH);
  }

  end(parts: readonly Uint8Array[]): void {
    if (this.#isGone()) return;
    const lead = this.#takeHead();
    const body = this.#admit(parts);
    if (body === null) return;
    const stated = this.#stated();
    if (stated !== null && this.#bodyBytes < stated) {
      this.#mismatch(`the response ended after ${this.#bodyBytes} of ${stated} bytes`);
      return;
    }
    const reuse = this.#link.canReuse();
    const bytes = encodeBodyChunks(body, this.#link.packetSize, lead, reuse ? END_REUSE : END_CLOSE);
    this.#state = { at: 'over', cleanly: true };
    this.#link.send(bytes);
    this.#link.ended(reuse);
  }

  /** The request is gone; later calls do nothing. */
  abandon(): void {
    this.#state = { at: 'over', cleanly: false };
  }

  #write(parts: readonly Uint8Array[], trailer: Buffer | undefined): boolean {
    if (this.#isGone()) return false;
    const lead = this.#takeHead();
    const body = this.#admit(parts);
    if (body === null) return false;
    const bytes = encodeBodyChunks(body, this.#link.packetSize, lead, trailer);
    return bytes.length === 0 || this.#link.send(bytes);
  }

  #isGone(): boolean {
    if (this.#state.at !== 'over') return false;
    if (this.#state.cleanly) throw wrongState('the response has ended');
    return true;
  }

  #takeHead(): Buffer | undefined {
    const state = this.#state;
    if (state.at === 'waiting') throw wrongState('the head was not written yet');
    if (state.at !== 'headed') return undefined;
    this.#state = { at: 'streaming', rule: state.rule };
    return state.head;
  }

  #stated(): number | null {
    return this.#state.at === 'streaming' ? this.#state.rule.length : null;
  }

  /** The parts that may be sent: none where no body is allowed, null if they break the content-length. */
  #admit(parts: readonly Uint8Array[]): readonly Uint8Array[] | null {
    if (this.#state.at !== 'streaming' || !this.#state.rule.allowed) return NO_PARTS;
    for (const part of parts) this.#bodyBytes += part.length;
    const stated = this.#state.rule.length;
    if (stated === null || this.#bodyBytes <= stated) return parts;
    this.#mismatch(`the response has ${this.#bodyBytes} bytes, its content-length says ${stated}`);
    return null;
  }

  #mismatch(message: string): void {
    this.#link.cut(new AjpError('AJP_LENGTH_MISMATCH', message));
  }
}

function isTransferEncoding([name]: HeaderPair): boolean {
  return name.length === 17 && name.toLowerCase() === 'transfer-encoding';
}

const NO_PARTS: readonly Uint8Array[] = [];

function wrongState(message: string): AjpError {
  return new AjpError('AJP_WRONG_STATE', message);
}
