// The request body on the container side: which packets are due, and their delivery at the consumer's pace.
import { AjpError } from './errors.ts';
import type { ServerHandler } from './server-handler.ts';
import type { BodyPlan } from './request-policy.ts';
import type { ServerRequest } from './server-request.ts';

/**
 * Counts body packets against content-length and hands their data on.
 *
 * A front owes at most one body packet at a time: the first one unasked if content-length is above 0, every
 * other one after a GET_BODY_CHUNK. So back-pressure is simply not asking.
 */
export class RequestBody<T> {
  readonly #handler: ServerHandler<T>;
  readonly #ask: () => void;
  #remaining: number | null;
  #request: ServerRequest<T> | null = null;
  #held: Buffer | null = null;
  #isFlowing = false;
  #isDelivering = false;
  #isDone = false;
  /** True while the front owes us a body packet: the next packet is one, whatever it looks like. */
  isDue: boolean;
  /** True once every byte has arrived. */
  isComplete: boolean;

  /** `ask` sends one GET_BODY_CHUNK. */
  constructor(plan: BodyPlan, handler: ServerHandler<T>, ask: () => void) {
    this.#handler = handler;
    this.#ask = ask;
    this.#remaining = plan.contentLength;
    this.isDue = plan.contentLength !== null && plan.contentLength > 0;
    this.isComplete = plan.contentLength === 0;
  }

  /** Bytes of the content-length still to come, null if it was not stated. */
  get remaining(): number | null {
    return this.#remaining;
  }

  /** Names the request whose consumer gets the data. */
  attach(request: ServerRequest<T>): void {
    this.#request = request;
  }

  /**
   * Counts the data of the packet that was due and keeps it for delivery.
   * Throws AJP_BODY_TOO_LONG or AJP_BODY_INCOMPLETE if it contradicts the content-length.
   */
  accept(data: Buffer): void {
    this.isDue = false;
    if (data.length === 0) {
      if (this.#remaining !== null) {
        throw new AjpError('AJP_BODY_INCOMPLETE', `the body ended ${this.#remaining} bytes early`);
      }
      this.isComplete = true;
      return;
    }
    if (this.#remaining !== null) {
      if (data.length > this.#remaining) {
        throw new AjpError(
          'AJP_BODY_TOO_LONG',
          `${data.length} body bytes where ${this.#remaining} were left`,
        );
      }
      this.#remaining -= data.length;
      this.isComplete = this.#remaining === 0;
    }
    this.#held = data;
  }

  resume(): void {
    this.#isFlowing = true;
    this.deliver();
  }

  pause(): void {
    this.#isFlowing = false;
  }

  /** Nothing is delivered or asked for any more. */
  stop(): void {
    this.#isDone = true;
    this.#held = null;
    this.#request = null;
  }

  /** Hands on what is held, and asks for more when the consumer could take it. */
  deliver(): void {
    const request = this.#request;
    if (request === null || this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      while (this.#isFlowing && !this.#isDone && this.#step(request));
    } finally {
      this.#isDelivering = false;
    }
  }

  /** One delivery; false if there is nothing to deliver yet. */
  #step(request: ServerRequest<T>): boolean {
    const chunk = this.#held;
    if (chunk !== null) {
      this.#held = null;
      this.#handler.onBody(request, chunk);
      return true;
    }
    if (this.isComplete) {
      this.#isDone = true;
      this.#handler.onBodyEnd(request);
      return true;
    }
    if (!this.isDue) {
      this.isDue = true;
      this.#ask();
    }
    return false;
  }
}
