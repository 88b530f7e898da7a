// The container side of one connection: request after request, one at a time.
// It owns the order of packets, the policy checks and the decision to keep or close.
import { PACKET_HEADER_BYTES, ToContainer } from './constants.ts';
import { decodeBodyPacket, detectBodyFraming, type BodyFraming } from './body-packets.ts';
import { AjpError } from './errors.ts';
import { decodeForwardRequest, type ForwardRequest } from './forward-request.ts';
import { resolveLimits, type AjpLimits } from './limits.ts';
import { PacketDecoder } from './packet-decoder.ts';
import { RequestBody } from './request-body.ts';
import {
  attributeRule,
  checkAttributes,
  checkSecret,
  distrust,
  planBody,
  type AllowedAttributes,
  type AttributeRule,
} from './request-policy.ts';
import { refusal } from './refusal.ts';
import { PONG, encodeBodyWanted } from './response-messages.ts';
import { ResponseWriter, type ResponseLink } from './response-writer.ts';
import type { ServerHandler } from './server-handler.ts';
import { ServerRequest } from './server-request.ts';
import type { Transport } from './transport.ts';

/** Settings of the container side. */
export interface ServerConnectionOptions {
  /** Requests must carry this secret (its UTF-8 bytes), or get 403. Default: none asked for, which is for loopback only. */
  readonly secret?: string | undefined;
  /** Request attributes to let through beside the known ones; any other is 403. Default: none. */
  readonly allowedAttributes?: AllowedAttributes;
  /** False drops what the front says about authentication and TLS certificates. Default true: such is AJP. */
  readonly trustFront?: boolean;
  /** True (default) refuses strings without NUL, bytes after a request's end and padded body packets. */
  readonly strict?: boolean;
  /** How the front frames body data. Default `auto`, which also understands lighttpd. */
  readonly bodyFraming?: BodyFraming;
  readonly limits?: Partial<AjpLimits>;
}

/** The limits in force. Throws AJP_INVALID_OPTION for limits out of range, and for a secret that is empty or no text. */
export function checkOptions({ secret, limits }: ServerConnectionOptions): AjpLimits {
  const given: unknown = secret;
  if (given === '') throw new AjpError('AJP_INVALID_OPTION', 'the secret is empty');
  if (given !== undefined && typeof given !== 'string') {
    throw new AjpError('AJP_INVALID_OPTION', 'the secret is not a string; leave it out to ask for none');
  }
  return resolveLimits(limits);
}

/**
 *   idle --FORWARD_REQUEST--> active --response ended--> idle (the body packet still due is swallowed first)
 *     \                         \--- not reusable -----> closing --> closed
 *      \------ refused -----------------------------------^
 */
type ConnectionState = 'idle' | 'active' | 'closing' | 'closed';

/** What one packet turned out to be: a request to run, body data taken in, or something already dealt with. */
type Arrival<T> = ServerRequest<T> | 'body' | 'ping' | 'nothing';

/** The container side of one connection. Feed it bytes; it calls the handler and writes to the transport. */
export class ServerConnection<T = unknown> {
  readonly #transport: Transport;
  readonly #handler: ServerHandler<T>;
  readonly #limits: AjpLimits;
  readonly #strict: boolean;
  readonly #secret: Buffer | null;
  readonly #trustFront: boolean;
  readonly #isAllowed: AttributeRule;
  readonly #decoder: PacketDecoder;
  readonly #bodyWanted: Buffer;
  readonly #link: ResponseLink;
  #framing: BodyFraming;
  #state: ConnectionState = 'idle';
  #request: ServerRequest<T> | null = null;
  #response: ResponseWriter | null = null;
  #body: RequestBody<T> | null = null;
  #packetCount = 0;
  #isReading = false;
  #isBlocked = false;
  #closeAfterResponse = false;
  /** lighttpd sends one empty packet after a request without a body. */
  #emptyPacketAllowed = false;

  /** Throws AJP_INVALID_OPTION for limits out of range or an empty secret. */
  constructor(transport: Transport, handler: ServerHandler<T>, options: ServerConnectionOptions = {}) {
    this.#limits = checkOptions(options);
    this.#transport = transport;
    this.#handler = handler;
    this.#strict = options.strict ?? true;
    this.#secret = options.secret === undefined ? null : Buffer.from(options.secret);
    this.#trustFront = options.trustFront ?? true;
    this.#isAllowed = attributeRule(options.allowedAttributes);
    this.#framing = options.bodyFraming ?? 'auto';
    this.#decoder = new PacketDecoder('toContainer', this.#limits.receivePacketSize);
    this.#bodyWanted = encodeBodyWanted(this.#limits.packetSize);
    this.#link = {
      packetSize: this.#limits.packetSize,
      send: (bytes) => this.#transport.write(bytes),
      canReuse: () => this.#canReuse(),
      ended: (reuse) => this.#responseEnded(reuse),
      cut: (reason) => this.#cut(reason),
    };
  }

  /** The request being answered, null between requests. */
  get activeRequest(): ServerRequest<T> | null {
    return this.#request;
  }

  /** Complete packets received so far: progress, as bytes alone are not. */
  get packetCount(): number {
    return this.#packetCount;
  }

  /** What the peer owes: a request, the rest of a packet it began, body bytes we asked for, or nothing now. */
  get awaiting(): 'request' | 'packet' | 'body' | 'nothing' {
    if (this.#state === 'closing' || this.#state === 'closed') return 'nothing';
    if (this.#decoder.pendingBytes > 0) return 'packet';
    if (this.#body?.isDue === true) return 'body';
    return this.#state === 'idle' ? 'request' : 'nothing';
  }

  /** As `packetCount`; with `isInsideHead`, what a deadline for what comes in goes by. */
  get headCount(): number {
    return this.#packetCount;
  }

  /** Whether a packet was begun and is not complete. Fronts send packets whole. */
  get isInsideHead(): boolean {
    return this.awaiting === 'packet';
  }

  /** Takes received bytes, which must not be changed afterwards. Calls the handler before it returns. */
  receive(chunk: Buffer): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    this.#decoder.push(chunk);
    this.#readOn();
  }

  /** The peer will send nothing more, or the stream broke. A running request is aborted. */
  receiveEnd(cause?: unknown): void {
    if (this.#state === 'closed') return;
    const isMidway = this.#request !== null || this.#decoder.pendingBytes > 0;
    if (this.#state !== 'closing' && isMidway) {
      this.#abandon(
        new AjpError('AJP_CONNECTION_CLOSED', 'the front closed in the middle of a request', { cause }),
      );
    } else {
      this.#state = 'closed';
      this.#transport.end();
    }
  }

  /** The transport can take more. */
  drained(): void {
    if (this.#isBlocked) {
      this.#isBlocked = false;
      this.#transport.resume();
      this.#readOn();
    }
    if (this.#request !== null) this.#handler.onDrain(this.#request);
  }

  /** Closes as soon as the running response has ended, at once if there is none. */
  close(): void {
    this.#closeAfterResponse = true;
    if (this.#state === 'idle') this.#shut();
  }

  #readOn(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while ((this.#state === 'idle' || this.#state === 'active') && !this.#isBlocked) {
        const arrival = this.#readOrRefuse();
        if (arrival === null) break;
        if (arrival === 'ping') this.#answerPing();
        else if (arrival === 'body') this.#body?.deliver();
        else if (arrival !== 'nothing') this.#handler.onRequest(arrival);
      }
    } finally {
      this.#isReading = false;
    }
  }

  #readOrRefuse(): Arrival<T> | null {
    // The response this packet belongs to has ended: an answer would be taken for the one to the next request.
    const isLate = this.#state === 'idle' && this.#body?.isDue === true;
    try {
      return this.#readPacket();
    } catch (error) {
      if (!(error instanceof AjpError)) throw error;
      if (isLate) this.#abandon(error);
      else this.#refuse(error);
      return null;
    }
  }

  /** Decodes and checks one packet; null if none is complete. Calls no handler, so whatever it throws is the peer's. */
  #readPacket(): Arrival<T> | null {
    const payload = this.#decoder.next();
    if (payload === null) return null;
    this.#packetCount += 1;
    if (this.#body?.isDue === true) {
      this.#acceptBody(this.#body, payload);
      return 'body';
    }
    if (payload.length === 0 && this.#emptyPacketAllowed) {
      this.#emptyPacketAllowed = false;
      return 'nothing';
    }
    if (this.#state === 'active') throw undue(payload.length);
    const type = payload[0];
    if (type === ToContainer.FORWARD_REQUEST) return this.#begin(payload);
    if (type === ToContainer.CPING && payload.length === 1) return 'ping';
    throw new AjpError('AJP_UNEXPECTED_PACKET', `packet type ${type ?? 'missing'} where a request is due`);
  }

  #acceptBody(body: RequestBody<T>, payload: Buffer): void {
    if (this.#framing === 'auto' && payload.length > 0) {
      this.#framing = detectBodyFraming(payload, body.remaining);
    }
    const framing = this.#framing === 'raw' ? 'raw' : 'standard';
    body.accept(decodeBodyPacket(payload, framing, this.#strict));
  }

  #begin(payload: Buffer): ServerRequest<T> {
    const limits = this.#limits;
    const head = decodeForwardRequest(payload, { strict: this.#strict, limits });
    this.#checkPolicy(head);
    const plan = planBody(head, limits.contentLengthMax);
    const body = new RequestBody<T>(plan, this.#handler, () => this.#link.send(this.#bodyWanted));
    this.#emptyPacketAllowed = !body.isDue;
    this.#takeEarlyPackets(body);
    const response = new ResponseWriter(this.#link, head.method);
    const request = new ServerRequest<T>(head, plan, body, response, this.#link);
    body.attach(request);
    this.#body = body;
    this.#response = response;
    this.#request = request;
    this.#state = 'active';
    return request;
  }

  #checkPolicy(head: ForwardRequest): void {
    if (this.#secret !== null) checkSecret(head, this.#secret);
    head.secret = null;
    checkAttributes(head, this.#isAllowed);
    if (!this.#trustFront) distrust(head);
  }

  /**
   * Looks at what came together with the request before it is run. Only the due body packet may be there, or
   * lighttpd's empty one; anything else could be body bytes meant to be taken for the next request.
   */
  #takeEarlyPackets(body: RequestBody<T>): void {
    if (this.#decoder.pendingBytes === 0) return;
    if (body.isDue) {
      const payload = this.#decoder.next();
      if (payload === null) return;
      this.#acceptBody(body, payload);
    } else {
      const payload = this.#decoder.next();
      if (payload !== null && payload.length > 0) throw undue(payload.length);
      if (payload !== null) this.#emptyPacketAllowed = false;
    }
    if (this.#decoder.pendingBytes >= PACKET_HEADER_BYTES) throw undue(this.#decoder.pendingBytes);
  }

  #answerPing(): void {
    if (this.#transport.write(PONG)) return;
    this.#isBlocked = true;
    this.#transport.pause();
  }

  // Bytes that are here before our END_RESPONSE is out cannot be the next request.
  #canReuse(): boolean {
    return !this.#closeAfterResponse && (this.#body?.isDue === true || this.#decoder.pendingBytes === 0);
  }

  #responseEnded(reuse: boolean): void {
    this.#body?.stop();
    this.#request = null;
    this.#response = null;
    if (reuse) this.#state = 'idle';
    else this.#shut();
  }

  /** Ends the connection after what was written. */
  #shut(): void {
    this.#state = 'closing';
    this.#transport.end();
  }

  /** The peer broke a rule: answer if the response has not begun and the framing allows it, then close. */
  #refuse(error: AjpError): void {
    const canAnswer = error.statusHint !== null && this.#response?.isStarted !== true;
    if (!canAnswer) {
      this.#abandon(error);
      return;
    }
    this.#transport.write(refusal(error.statusHint));
    this.#shut();
    this.#giveUp(error);
    this.#handler.onError?.(error);
  }

  /** Closes without another byte. */
  #abandon(error: AjpError): void {
    this.#state = 'closed';
    this.#transport.destroy();
    this.#giveUp(error);
    this.#handler.onError?.(error);
  }

  #cut(reason: AjpError): void {
    if (this.#request === null) return;
    this.#state = 'closed';
    this.#transport.destroy();
    this.#giveUp(reason);
  }

  #giveUp(reason: AjpError): void {
    const request = this.#request;
    if (request === null) return;
    this.#body?.stop();
    this.#response?.abandon();
    this.#request = null;
    this.#response = null;
    if (reason.code !== 'AJP_ABORTED') this.#handler.onAbort(request, reason);
  }
}

function undue(count: number): AjpError {
  return new AjpError('AJP_UNDUE_BYTES', `${count} bytes after a request while none were due`);
}
