// Owns the life of one request in the gateway: what was asked, what was answered, and how it ended.
//
//   waiting ──respond──▶ replying ──last byte──▶ done
//      │  └──fail: error page, whole─────────────▶ done
//      │                    └──fail: aborted─────▶ done
//      └──cancel (the client has gone)───────────▶ done
//
// A front makes the exchange and implements its reply; a backend answers it. Neither knows the other.

import { channel } from 'node:diagnostics_channel';
import type { RequestBody } from './body.ts';
import { errorPage } from './error-page.ts';
import type { FailureCode, GatewayError } from './errors.ts';
import type { Head } from './head.ts';
import type { Variables } from './variables.ts';

/** What a front does with a reply. The calls come in order: `head` once, then `body`; or `abort`, at any point. */
export interface Reply {
  /**
   * Sends the head and the first bytes of the body. The bytes are the reply's until they are sent.
   * Returns false if the client takes no more for now; `Exchange.drained()` is due then.
   */
  head(head: Head, bytes: Buffer, isLast: boolean): boolean;
  /** Sends body bytes, possibly none; returns as `head` does. */
  body(bytes: Buffer, isLast: boolean): boolean;
  /** Ends the reply so that the client can tell that it is not complete, in the protocol's own way. */
  abort(): void;
}

/** Whoever has the exchange for the moment: a queue, a lane, an upstream connection. */
export interface Holder {
  /** The client went away before the reply was complete. The exchange is over; called once. */
  cancelled(exchange: Exchange): void;
  /** Writing may go on after `respond` or `write` returned false. */
  drained(exchange: Exchange): void;
}

/** How an exchange ended: complete, failed with a code, or cancelled because its client went away. */
export type Outcome = 'complete' | 'cancelled' | FailureCode;

/** What is fixed about an exchange when its front makes it. */
export interface ExchangeInit {
  /** The protocol it came in by, for the log. */
  readonly protocol: string;
  readonly variables: Variables;
  readonly body: RequestBody;
  readonly reply: Reply;
  /** Whether error pages show what happened; default false. */
  readonly showDetail?: boolean;
}

/** Published with the Exchange when it is over: the only hook for access logs and metrics. */
export const exchangeDone: ReturnType<typeof channel> = channel('sluice:exchange:done');

let exchanges = 0;

/** One request and its reply. All calls are synchronous; times are milliseconds of `performance.now()`. */
export class Exchange {
  /** Counts up from 1 in this process. */
  readonly id: number = ++exchanges;
  readonly protocol: string;
  variables: Variables;
  body: RequestBody;
  readonly arrivedMs: number = performance.now();
  /** When a backend took it over, its body complete or streamed, or 0: what comes before is not waiting for a worker. */
  queuedMs = 0;
  /** When a backend began to work on it, or 0. */
  startedMs = 0;
  endedMs = 0;
  /** The status sent to the client, or 0 as long as there is none. */
  status = 0;
  sentBytes = 0;
  outcome: Outcome | null = null;
  /** Why it failed, if it did. */
  error: GatewayError | null = null;
  /** Set by whoever takes the exchange over. */
  holder: Holder | null = null;
  readonly #reply: Reply;
  readonly #showDetail: boolean;
  #cleanUp: (() => void) | null = null;

  constructor(init: ExchangeInit) {
    this.protocol = init.protocol;
    this.variables = init.variables;
    this.body = init.body;
    this.#reply = init.reply;
    this.#showDetail = init.showDetail ?? false;
  }

  /** Whether it is over; everything a backend still says about it is then ignored. */
  get isDone(): boolean {
    return this.outcome !== null;
  }

  /** Backend: sends the head and the first body bytes; `isLast` if that is all. False: wait for `Holder.drained`. */
  respond(head: Head, bytes: Buffer, isLast: boolean): boolean {
    if (this.isDone) return true;
    this.status = head.status;
    this.sentBytes = bytes.length;
    const isWritable = this.#reply.head(head, bytes, isLast);
    if (isLast) this.#finish('complete');
    return isWritable;
  }

  /** Backend: sends more of the body after `respond`. False: wait for `Holder.drained`. */
  write(bytes: Buffer, isLast: boolean): boolean {
    if (this.isDone) return true;
    this.sentBytes += bytes.length;
    const isWritable = this.#reply.body(bytes, isLast);
    if (isLast) this.#finish('complete');
    return isWritable;
  }

  /** Backend or gateway: ends it with an error page, or by aborting the reply if its head has been sent. */
  fail(error: GatewayError): void {
    if (this.isDone) return;
    this.error = error;
    if (this.status === 0) {
      const page = errorPage(error, this.variables.get('HTTP_ACCEPT') ?? '', this.#showDetail);
      const isHead = this.variables.get('REQUEST_METHOD') === 'HEAD';
      this.status = page.head.status;
      this.sentBytes = isHead ? 0 : page.body.length;
      this.#reply.head(page.head, isHead ? Buffer.alloc(0) : page.body, true);
    } else {
      this.#reply.abort();
    }
    this.#finish(error.code);
  }

  /** Has something called once when the exchange is over, after whatever was asked for before. */
  whenDone(cleanUp: () => void): void {
    const before = this.#cleanUp;
    this.#cleanUp = before
      ? () => {
          before();
          cleanUp();
        }
      : cleanUp;
  }

  /** Front: the client has gone. Nothing more is sent. */
  cancel(): void {
    if (this.isDone) return;
    const holder = this.holder;
    this.#finish('cancelled');
    holder?.cancelled(this);
  }

  /** Front: the client takes bytes again. */
  drained(): void {
    if (!this.isDone) this.holder?.drained(this);
  }

  #finish(outcome: Outcome): void {
    this.outcome = outcome;
    this.endedMs = performance.now();
    this.holder = null;
    this.#cleanUp?.();
    if (exchangeDone.hasSubscribers) exchangeDone.publish(this);
  }
}

/** Answers exchanges: the one interface between what is in front and what is behind. */
export interface Backend {
  /** Takes the exchange over; it calls `respond`, `write` or `fail` on it, now or later, and never throws. */
  handle(exchange: Exchange): void;
}
