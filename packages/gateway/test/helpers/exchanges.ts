// Exchanges without a front: a reply that remembers what it was told, and short ways to make the rest.
import { BodyBytes, NO_BODY, type RequestBody } from '../../src/exchange/body.ts';
import { Exchange, type Reply } from '../../src/exchange/exchange.ts';
import type { Head } from '../../src/exchange/head.ts';
import { Variables } from '../../src/exchange/variables.ts';

/** Remembers what a client would have been sent. */
export class RecordingReply implements Reply {
  /** What `head` and `body` return: whether the client takes more. */
  isWritable = true;
  sentHead: Head | null = null;
  /** How the reply ended, or null as long as it has not. */
  ending: 'complete' | 'aborted' | null = null;
  readonly chunks: Buffer[] = [];
  /** The calls in order, to tell what came after the end. */
  readonly calls: string[] = [];

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  head(head: Head, bytes: Buffer, isLast: boolean): boolean {
    this.calls.push('head');
    this.sentHead = head;
    return this.#take(bytes, isLast);
  }

  body(bytes: Buffer, isLast: boolean): boolean {
    this.calls.push('body');
    return this.#take(bytes, isLast);
  }

  abort(): void {
    this.calls.push('abort');
    this.ending = 'aborted';
  }

  #take(bytes: Buffer, isLast: boolean): boolean {
    this.chunks.push(bytes);
    if (isLast) this.ending = 'complete';
    return this.isWritable;
  }
}

/** An exchange and the reply it has. */
export interface TestExchange {
  readonly exchange: Exchange;
  readonly reply: RecordingReply;
  /** Resolves when the exchange is over. */
  readonly done: Promise<Exchange>;
}

/** What is not said is a GET of `/` without a body. */
export interface ExchangeParts {
  readonly variables?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  readonly showDetail?: boolean;
}

/** Makes an exchange as a front would. */
export function makeExchange({
  variables = {},
  body = NO_BODY,
  showDetail = false,
}: ExchangeParts = {}): TestExchange {
  const reply = new RecordingReply();
  const all = { REQUEST_METHOD: 'GET', REQUEST_URI: '/', SCRIPT_NAME: '', PATH_INFO: '/', ...variables };
  const exchange = new Exchange({
    protocol: 'test',
    variables: Variables.from(Object.entries(all)),
    body,
    reply,
    showDetail,
  });
  const done = new Promise<Exchange>((resolve) => exchange.whenDone(() => resolve(exchange)));
  return { exchange, reply, done };
}

/** A body of bytes that are all there. */
export function bytesBody(text: string): RequestBody {
  return new BodyBytes([Buffer.from(text, 'latin1')]);
}
