// Owns one request on one connection: its clocks, the reply's way to the exchange, and the pace of both.

import type { Exchange } from '../../exchange/exchange.ts';
import type { Head } from '../../exchange/head.ts';
import { UpstreamFailure } from './failure.ts';
import type { Link } from './link.ts';
import type { ReplySink, UpstreamCall, UpstreamRequest } from './protocol.ts';
import { ReplyCheck } from './reply-check.ts';

/** How long a request may take on a server, in milliseconds; null is no limit. */
export interface TransferClocks {
  /** Without a byte in either direction. Time in which the client takes nothing does not count. */
  readonly idleMs: number;
  /** Until the head of the reply. */
  readonly firstByteMs: number | null;
  /** The same, once the head of the reply has come. */
  readonly streamIdleMs: number | null;
}

/** Who started a transfer. Exactly one of the first two is called, and not after `stop`. */
export interface TransferOwner {
  /** The reply is complete, and the exchange has it. */
  replied(isReusable: boolean): void;
  failed(failure: UpstreamFailure): void;
  log(text: string): void;
}

/** Passes one reply on. Bytes that came together leave together. */
export class Transfer implements ReplySink {
  readonly #exchange: Exchange;
  readonly #request: UpstreamRequest;
  readonly #link: Link;
  readonly #clocks: TransferClocks;
  readonly #owner: TransferOwner;
  #call: UpstreamCall | null = null;
  #check: ReplyCheck | null = null;
  /** A head that has not been passed on. */
  #head: Head | null = null;
  #gathered: Buffer[] = [];
  #isFlushDue = false;
  /** How the reply ended, until that is passed on too. */
  #end: { readonly isReusable: boolean } | null = null;
  #isPaused = false;
  #isOver = false;
  #seenBytes = 0;
  #idleClock: NodeJS.Timeout | null = null;
  #firstByteClock: NodeJS.Timeout | null = null;

  constructor(
    exchange: Exchange,
    request: UpstreamRequest,
    link: Link,
    clocks: TransferClocks,
    owner: TransferOwner,
  ) {
    this.#exchange = exchange;
    this.#request = request;
    this.#link = link;
    this.#clocks = clocks;
    this.#owner = owner;
  }

  /** Sends the request. Throws an `UpstreamFailure` if the protocol cannot say it. */
  start(): void {
    const { idleMs, firstByteMs } = this.#clocks;
    this.#call = this.#link.connection.send(this.#request, this);
    this.#idleClock = setTimeout(() => this.#looksIdle(), idleMs);
    if (firstByteMs === null) return;
    const seen = `nothing of the reply within ${firstByteMs} ms (first_byte_timeout)`;
    this.#firstByteClock = setTimeout(() => this.#timedOut(seen), firstByteMs);
  }

  /** Gives the request up; the owner is not called any more. */
  stop(): void {
    if (this.#isOver) return;
    this.#over();
    this.#call?.abort();
    this.#link.destroy();
  }

  /** The client takes bytes again. */
  drained(): void {
    if (!this.#isPaused || this.#isOver) return;
    this.#isPaused = false;
    this.#idleClock?.refresh();
    this.#call?.resume();
  }

  head(head: Head): void {
    if (this.#isOver) return;
    if (this.#firstByteClock) clearTimeout(this.#firstByteClock);
    try {
      this.#check = new ReplyCheck(this.#request.method, head);
    } catch (error) {
      this.#broken(error);
      return;
    }
    if (this.#clocks.streamIdleMs !== null && this.#idleClock) {
      clearTimeout(this.#idleClock);
      this.#idleClock = setTimeout(() => this.#looksIdle(), this.#clocks.streamIdleMs);
    }
    this.#head = head;
    this.#flushSoon();
  }

  body(bytes: Buffer): void {
    if (this.#isOver || !this.#check?.hasBody || bytes.length === 0) return;
    try {
      this.#check.add(bytes.length);
    } catch (error) {
      this.#broken(error);
      return;
    }
    this.#gathered.push(bytes);
    this.#flushSoon();
  }

  end(isReusable: boolean): void {
    if (this.#isOver) return;
    try {
      this.#check?.end();
    } catch (error) {
      this.#broken(error);
      return;
    }
    this.#end = { isReusable };
    this.#flushSoon();
  }

  failed(failure: UpstreamFailure): void {
    if (this.#isOver) return;
    this.#over();
    this.#link.destroy();
    this.#owner.failed(failure);
  }

  log(text: string): void {
    if (!this.#isOver) this.#owner.log(text);
  }

  /** What one chunk of the connection holds is passed on at once, and not before all of it has been read. */
  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushDue = false;
    if (this.#isOver) return;
    this.#idleClock?.refresh();
    const bytes = joined(this.#gathered);
    this.#gathered = [];
    const end = this.#end;
    if (end) this.#over();
    const head = this.#head;
    this.#head = null;
    const isLast = end !== null;
    const isWritable = head
      ? this.#exchange.respond(head, bytes, isLast)
      : this.#exchange.write(bytes, isLast);
    if (end) this.#owner.replied(end.isReusable);
    else if (!isWritable) this.#pause();
  }

  #pause(): void {
    // The exchange may have ended by that write, and this transfer with it.
    if (this.#isPaused || this.#isOver) return;
    this.#isPaused = true;
    this.#call?.pause();
  }

  #looksIdle(): void {
    const { movedBytes } = this.#link;
    if (this.#isPaused || movedBytes !== this.#seenBytes) {
      this.#seenBytes = movedBytes;
      this.#idleClock?.refresh();
      return;
    }
    const { idleMs, streamIdleMs } = this.#clocks;
    const isReplying = this.#check !== null;
    const limit =
      isReplying && streamIdleMs !== null
        ? `${streamIdleMs} ms (stream_idle_timeout)`
        : `${idleMs} ms (read_timeout)`;
    this.#timedOut(`nothing ${isReplying ? 'more ' : ''}came for ${limit}`);
  }

  #timedOut(seen: string): void {
    if (this.#isOver) return;
    this.#broken(new UpstreamFailure('SLUICE_UPSTREAM_TIMEOUT', seen));
  }

  /** Ends a request that the server or time has spoilt. Anything else that was thrown is a bug. */
  #broken(error: unknown): void {
    if (!(error instanceof UpstreamFailure)) throw error;
    this.stop();
    this.#owner.failed(error);
  }

  #over(): void {
    this.#isOver = true;
    if (this.#idleClock) clearTimeout(this.#idleClock);
    if (this.#firstByteClock) clearTimeout(this.#firstByteClock);
  }
}

const NOTHING = Buffer.alloc(0);

function joined(chunks: readonly Buffer[]): Buffer {
  const [first, ...others] = chunks;
  if (!first) return NOTHING;
  return others.length === 0 ? first : Buffer.concat(chunks);
}
