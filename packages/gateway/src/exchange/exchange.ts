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
import { DIRECT, type Delivery, type FileRange, type Sender } from './delivery.ts';
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

/**
 * Where an exchange has gone, as far as it is known: a pool, then the worker that runs it; an upstream, then the server that
 * has it; a directory.
 */
export interface Destination {
  /** As a route names it: `pool:default`, `upstream:legacy`, `fastcgi://127.0.0.1:9000`. */
  readonly target: string;
  /** Of the worker. */
  readonly pid?: number;
  /** Of the server: its address in words. */
  readonly label?: string;
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
  /** When its backend was done with it; once it is over, when that was. Between the two its client reads. */
  endedMs = 0;
  /** When the head of a reply went to the client whose end was not known then, or 0. */
  repliedMs = 0;
  /** When its backend was done with it, if that was before it was over, or 0. */
  answeredMs = 0;
  destination: Destination | null = null;
  /** The status sent to the client, or 0 as long as there is none. */
  status = 0;
  sentBytes = 0;
  outcome: Outcome | null = null;
  /** Why it failed, if it did. */
  error: GatewayError | null = null;
  /** Set by whoever takes the exchange over. */
  holder: Holder | null = null;
  /** Where it waits in a line, for those who keep that line. */
  place: unknown = null;
  /** What becomes of a reply that does not simply go from the backend to the front. Set on the way to the backend. */
  delivery: Delivery = DIRECT;
  readonly #reply: Reply;
  readonly #showDetail: boolean;
  /** Stands between the backend and the front; null as long as the client keeps up. */
  #sender: Sender | null = null;
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

  /** The path as it was sent, without the query, which may hold secrets: for whoever watches. */
  get path(): string {
    const uri = this.variables.get('REQUEST_URI') ?? '';
    const query = uri.indexOf('?');
    return query < 0 ? uri : uri.slice(0, query);
  }

  /** Backend: sends the head and the first body bytes; `isLast` if that is all. False: wait for `Holder.drained`. */
  respond(head: Head, bytes: Buffer, isLast: boolean): boolean {
    if (this.isDone) return true;
    const passed = head.hasExtension ? this.delivery.divert(this, head) : head;
    if (passed && !this.#sender) return this.#paced(this.begin(passed, bytes, isLast), isLast);
    if (isLast) this.#answered();
    return true;
  }

  /** Backend: sends more of the body after `respond`. False: wait for `Holder.drained`. */
  write(bytes: Buffer, isLast: boolean): boolean {
    if (this.isDone) return true;
    if (!this.#sender) return this.#paced(this.deliver(bytes, isLast), isLast);
    if (isLast) this.#answered();
    return this.#sender.write(bytes, isLast);
  }

  /** Backend: instead of `respond`, the whole reply; its body is in a file. The backend is done with the exchange. */
  respondFile(head: Head, file: FileRange): void {
    if (this.isDone) return;
    this.#answered();
    this.delivery.sendFile(this, head, file);
  }

  /** Sender: the rest of the reply is sent by it, and what the backend writes goes to it. */
  takeOver(sender: Sender): void {
    this.#sender = sender;
  }

  /** Sender: what the backend writes goes to the front again. */
  handBack(): void {
    this.#sender = null;
  }

  /** Sender: hands the head and the first body bytes to the front. False: wait for `Sender.drained`. */
  begin(head: Head, bytes: Buffer, isLast: boolean): boolean {
    if (this.isDone) return true;
    this.status = head.status;
    this.sentBytes = bytes.length;
    if (!isLast) this.repliedMs = performance.now();
    const isWritable = this.#reply.head(head, bytes, isLast);
    if (isLast) this.#finish('complete');
    return isWritable;
  }

  /** Sender: hands more of the body to the front. False: wait for `Sender.drained`. */
  deliver(bytes: Buffer, isLast: boolean): boolean {
    if (this.isDone) return true;
    this.sentBytes += bytes.length;
    const isWritable = this.#reply.body(bytes, isLast);
    if (isLast) this.#finish('complete');
    return isWritable;
  }

  /** Backend or gateway: ends it with an error page, or by aborting the reply if its head has been sent. */
  fail(error: GatewayError): void {
    if (this.isDone) return;
    const holder = this.holder;
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
    // Nobody takes what it still has to say, so it need not wait until somebody does.
    holder?.drained(this);
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
    if (this.isDone) return;
    if (this.#sender) this.#sender.drained();
    else this.holder?.drained(this);
  }

  /** The backend is done with it; the rest is between a sender and the front. */
  #answered(): void {
    this.holder = null;
    this.answeredMs = performance.now();
    this.endedMs = this.answeredMs;
  }

  /** Where the client cannot take more for now, something that can may stand in for it. */
  #paced(isWritable: boolean, isLast: boolean): boolean {
    if (isWritable || isLast || this.isDone) return isWritable;
    this.#sender = this.delivery.hold(this);
    return this.#sender !== null;
  }

  #finish(outcome: Outcome): void {
    // A front that cannot send what it was given ends the exchange before its call returns.
    if (this.isDone) return;
    this.outcome = outcome;
    this.endedMs = performance.now();
    this.holder = null;
    this.#sender?.dropped();
    this.#sender = null;
    this.#cleanUp?.();
    if (exchangeDone.hasSubscribers) exchangeDone.publish(this);
  }
}

/** Answers exchanges: the one interface between what is in front and what is behind. */
export interface Backend {
  /** Takes the exchange over; it calls `respond`, `write` or `fail` on it, now or later, and never throws. */
  handle(exchange: Exchange): void;
}
