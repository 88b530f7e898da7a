// One request as the application sees it: what was asked, its body, and the response to it.
import { AjpError } from './errors.ts';
import type { AttributePair, ForwardRequest } from './forward-request.ts';
import type { HeaderPair, HeaderSource } from './header-list.ts';
import type { RequestBody } from './request-body.ts';
import type { BodyPlan } from './request-policy.ts';
import type { ResponseLink, ResponseWriter } from './response-writer.ts';

/** A request on the container side. `ServerConnection` makes them; one is alive per connection. */
export class ServerRequest<T = unknown> {
  /** All fields of the FORWARD_REQUEST; its secret has been compared and cleared. */
  readonly head: ForwardRequest;
  /** Bytes of the body by content-length, null if it was not stated. */
  readonly contentLength: number | null;
  /** False if there is no body, or if it makes no sense to ask for one (GET and HEAD without transfer-encoding). */
  readonly bodyExpected: boolean;
  /** Yours: never read or changed here. */
  userData: T | undefined = undefined;
  readonly #body: RequestBody<T>;
  readonly #response: ResponseWriter;
  readonly #link: ResponseLink;

  constructor(
    head: ForwardRequest,
    plan: BodyPlan,
    body: RequestBody<T>,
    response: ResponseWriter,
    link: ResponseLink,
  ) {
    this.head = head;
    this.contentLength = plan.contentLength;
    this.bodyExpected = plan.expected;
    this.#body = body;
    this.#response = response;
    this.#link = link;
  }

  get method(): string {
    return this.head.method;
  }

  get protocol(): string {
    return this.head.protocol;
  }

  /** Path without query. */
  get uri(): string {
    return this.head.uri;
  }

  get queryString(): string | null {
    return this.head.queryString;
  }

  get remoteAddress(): string {
    return this.head.remoteAddress;
  }

  get remoteHost(): string | null {
    return this.head.remoteHost;
  }

  get serverName(): string {
    return this.head.serverName;
  }

  get serverPort(): number {
    return this.head.serverPort;
  }

  get secure(): boolean {
    return this.head.secure;
  }

  /** In the order of the wire, repeats kept, names lower-case. */
  get headers(): readonly HeaderPair[] {
    return this.head.headers;
  }

  /** Request attributes, all of known or allowed names. */
  get attributes(): readonly AttributePair[] {
    return this.head.attributes;
  }

  /** True once any byte of the response was handed to the transport. */
  get responseStarted(): boolean {
    return this.#response.isStarted;
  }

  /** True once the response has ended or the request was aborted. */
  get isOver(): boolean {
    return this.#response.isOver;
  }

  /**
   * Lets the body flow: `onBody` for what is there, GET_BODY_CHUNK for more, `onBodyEnd` at the end. It starts
   * paused, so a body nobody wants is never asked for. Calling it where none is expected asks the front, which says so.
   */
  resumeBody(): void {
    this.#body.resume();
  }

  /** Stops the flow. At most one packet more is held; the front is not asked for another. */
  pauseBody(): void {
    this.#body.pause();
  }

  /**
   * Sets status, reason and headers. They are sent with the first `write`, `flush` or `end`.
   * Throws AJP_HEAD_TOO_LARGE (one packet must hold them), AJP_INVALID_HEADER (CR, LF, NUL, beyond latin-1,
   * transfer-encoding, a status outside 200..999) or AJP_WRONG_STATE; after a throw another head may be written.
   */
  writeHead(status: number, reason: string, headers: HeaderSource): void {
    this.#response.writeHead(status, reason, headers);
  }

  /**
   * Sends body bytes, copied, as chunks of at most the packet size. False asks to wait for `onDrain`.
   * Where HTTP allows no body (HEAD, 204, 205, 304) the bytes are dropped. More than the content-length cuts the
   * connection and ends in `onAbort`.
   */
  write(...parts: readonly Uint8Array[]): boolean {
    return this.#response.write(parts);
  }

  /** Sends the head if it is still held, and asks the front to pass on what it has. */
  flush(): boolean {
    return this.#response.flush();
  }

  /** `write` and `flush` in one go, for streams whose every piece should reach the client now. */
  writeFlushed(...parts: readonly Uint8Array[]): boolean {
    return this.#response.writeFlushed(parts);
  }

  /**
   * Sends the last bytes and END_RESPONSE, in one write with the head if that is still held.
   * Fewer bytes than the content-length cut the connection instead and end in `onAbort`.
   */
  end(parts: readonly Uint8Array[] = []): void {
    this.#response.end(parts);
  }

  /**
   * Closes the connection without END_RESPONSE: fronts take an END_RESPONSE after half a body for success. Before
   * the head was sent, a front may repeat the request elsewhere; answer with an error status to prevent that. Does nothing
   * once the request is over: the connection may have the next one.
   */
  abort(): void {
    if (this.isOver) return;
    this.#link.cut(new AjpError('AJP_ABORTED', 'the application aborted the response'));
  }
}
