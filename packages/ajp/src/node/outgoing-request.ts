// A request as a Writable, in the manner of node:http: gets a connection, sends, and retries where that is safe.
import type { ClientHandler } from '../client-handler.ts';
import type { ClientRequest } from '../client-request.ts';
import { AjpError } from '../errors.ts';
import type { ForwardRequestInit } from '../forward-request-encoder.ts';
import type { HeaderPair } from '../header-list.ts';
import type { Agent } from './agent.ts';
import { IncomingResponse } from './incoming-response.ts';
import type { ContainerAddress, PooledConnection } from './pooled-connection.ts';
import { WholeBodyWritable } from './whole-body-writable.ts';

type Done = (error?: Error | null) => void;

/** What an `OutgoingRequest` is made of; `request` fills it in. */
export interface OutgoingPlan {
  readonly agent: Agent;
  readonly address: ContainerAddress;
  readonly init: ForwardRequestInit;
  readonly responseTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

// RFC 9110 section 9.2.2, and the safe and idempotent methods of WebDAV.
const IDEMPOTENT = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PUT',
  'DELETE',
  'PROPFIND',
  'REPORT',
  'SEARCH',
]);

/**
 * A request to a container. Write the body and `end` it; then comes `response` or `error`. The request is sent at the
 * first write or at `end`. It is repeated once on a new connection if a kept one turned out to be dead, nothing of
 * the response came, the method is idempotent and the body is still at hand.
 */
export class OutgoingRequest extends WholeBodyWritable {
  readonly #plan: OutgoingPlan;
  #headers: readonly HeaderPair[];
  #active: ClientRequest | null = null;
  #socket: PooledConnection | null = null;
  #response: IncomingResponse | null = null;
  #isDispatched = false;
  #isRetried = false;
  /** True once the response is complete, or will never come. */
  #isDone = false;
  #giveUp: () => void = () => {};
  #whenActive: (() => void) | null = null;
  #whenDrained: Done | null = null;

  constructor(plan: OutgoingPlan) {
    // It closes when the response is complete, not when the request is.
    super({ autoDestroy: false });
    this.#plan = plan;
    this.#headers = plan.init.headers ?? [];
  }

  protected override isUntouched(): boolean {
    return !this.#isDispatched;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (!this.#isDispatched && !this.#hasFraming()) this.#addHeader('transfer-encoding', 'chunked');
    this.#dispatch(() => {
      if (this.#active === null || this.#active.write(chunk)) done();
      else this.#whenDrained = done;
    });
  }

  override _final(done: Done): void {
    const body = this.wholeBody;
    if (body !== null && !this.#hasFraming()) this.#addHeader('content-length', String(body.length));
    this.#dispatch(() => {
      this.#endBody();
      done();
    });
  }

  override _destroy(error: Error | null, done: Done): void {
    const reason = error ?? (this.#isDone ? null : new AjpError('AJP_ABORTED', 'the request was given up'));
    this.#isDone = true;
    this.#giveUp();
    this.#active?.abort();
    if (this.#response === null || reason === null) {
      done(reason);
    } else {
      this.#response.destroy(reason);
      done();
    }
  }

  #endBody(): void {
    this.#active?.end(this.wholeBody === null ? [] : [this.wholeBody]);
  }

  #hasFraming(): boolean {
    return this.#headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  }

  #addHeader(name: string, value: string): void {
    this.#headers = [...this.#headers, [name, value]];
  }

  /** Runs `then` once the request is on its way; sends it first if it is not. */
  #dispatch(then: () => void): void {
    if (this.#active !== null) {
      then();
      return;
    }
    this.#whenActive = then;
    if (!this.#isDispatched) this.#acquire(false);
    this.#isDispatched = true;
  }

  #acquire(onlyFresh: boolean): void {
    this.#giveUp = this.#plan.agent.acquire(this.#plan.address, onlyFresh, (error, socket) => {
      this.#giveUp = () => {};
      if (socket !== null) this.#send(socket);
      else if (error !== null) this.destroy(error);
    });
  }

  #send(socket: PooledConnection): void {
    this.#socket = socket;
    try {
      this.#active = socket.connection.send({ ...this.#plan.init, headers: this.#headers }, this.#handler());
    } catch (error) {
      this.#release();
      this.destroy(error instanceof Error ? error : undefined);
      return;
    }
    this.#watchSilence(this.#plan.responseTimeoutMs);
    const then = this.#whenActive;
    this.#whenActive = null;
    then?.();
  }

  #handler(): ClientHandler {
    return {
      onHead: (request, head) => {
        this.#watchSilence(this.#plan.idleTimeoutMs);
        this.#response = new IncomingResponse(head, request);
        if (!this.emit('response', this.#response)) this.#response.resume();
      },
      onBody: (_, chunk) => this.#response?.receive(chunk),
      onEnd: () => {
        this.#release();
        this.#isDone = true;
        this.#unblock();
        this.#response?.push(null);
        this.destroy();
      },
      onDrain: () => this.#unblock(),
      onFail: (_, error) => this.#failed(error),
    };
  }

  #watchSilence(timeoutMs: number): void {
    this.#socket?.watchSilence(timeoutMs, () => {
      // A reader that has stopped reading is not the container's silence.
      if (this.#response?.isBehind === true) return;
      this.destroy(new AjpError('AJP_TIMEOUT', `the container was silent for ${timeoutMs} ms`));
    });
  }

  #failed(error: AjpError): void {
    const mayRetry = this.#socket?.isReused === true && !this.#isRetried && this.#isReplayable(error);
    this.#release();
    if (this.#isDone) return;
    if (mayRetry) {
      this.#isRetried = true;
      this.#active = null;
      this.#whenActive = () => this.#endBody();
      this.#acquire(true);
    } else {
      this.destroy(error);
    }
  }

  #isReplayable(error: AjpError): boolean {
    if (error.code !== 'AJP_CONNECTION_CLOSED' || this.#active?.responseStarted === true) return false;
    const isBodyAtHand = this.writableEnded && (this.wholeBody !== null || !this.#active?.bodyStarted);
    return isBodyAtHand && IDEMPOTENT.has(this.#plan.init.method);
  }

  #release(): void {
    if (this.#socket !== null) this.#plan.agent.release(this.#plan.address, this.#socket);
    this.#socket = null;
  }

  #unblock(): void {
    const done = this.#whenDrained;
    this.#whenDrained = null;
    done?.();
  }
}
