// Owns the way of one exchange through an upstream: the choice of servers, attempts one after another, and its end.

import type { GatewayError } from '../../exchange/errors.ts';
import type { Exchange, Holder } from '../../exchange/exchange.ts';
import type { Enrolled } from '../../exchange/roster.ts';
import { UpstreamFailure } from './failure.ts';
import type { Link } from './link.ts';
import type { UpstreamRequest } from './protocol.ts';
import type { Server } from './server.ts';
import { Transfer, type TransferClocks, type TransferOwner } from './transfer.ts';

/** How long an exchange may take; see `TransferClocks`. */
export interface PassageClocks extends TransferClocks {
  /** From the first attempt to the last byte. */
  readonly requestMs: number | null;
}

/** The upstream as its passages see it. */
export interface PassageHost {
  /** A server to send it to, apart from those; its `inFlight` counts the passage from now on. Null: there is none. */
  choose(apart: ReadonlySet<Server>): Server | null;
  /** The passage has nothing to do with the server any more. */
  left(server: Server): void;
  succeeded(server: Server): void;
  failed(server: Server, failure: UpstreamFailure, exchange: Exchange): void;
  log(server: Server, exchange: Exchange, text: string): void;
  /** The exchange is over, or has left. */
  done(passage: Passage): void;
}

/** Methods that may be repeated although the server may have acted on them (RFC 9110 section 9.2.2). */
const REPEATABLE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** A request that cannot be repeated goes only by connections that were used so lately that they still stand. */
const FRESH_MS = 1_000;

/** One exchange on its way. */
export class Passage implements Holder, TransferOwner, Enrolled {
  place = -1;
  readonly exchange: Exchange;
  readonly #request: UpstreamRequest;
  readonly #clocks: PassageClocks;
  readonly #host: PassageHost;
  /** Servers that could not be reached, or have failed. */
  readonly #tried = new Set<Server>();
  #server: Server | null = null;
  #link: Link | null = null;
  #transfer: Transfer | null = null;
  #giveUpConnecting: (() => void) | null = null;
  /** Whether the request has been sent, and was lost, once. */
  #isRepeated = false;
  #isDone = false;
  #requestClock: NodeJS.Timeout | null = null;

  constructor(exchange: Exchange, request: UpstreamRequest, clocks: PassageClocks, host: PassageHost) {
    this.exchange = exchange;
    this.#request = request;
    this.#clocks = clocks;
    this.#host = host;
  }

  /** Begins with a server that `choose` gave. */
  begin(server: Server): void {
    this.exchange.holder = this;
    this.exchange.startedMs = performance.now();
    const { requestMs } = this.#clocks;
    if (requestMs !== null) {
      const seen = `the request took more than ${requestMs} ms (request_timeout)`;
      this.#requestClock = setTimeout(() => {
        this.#lose(new UpstreamFailure('SLUICE_UPSTREAM_TIMEOUT', seen));
      }, requestMs);
    }
    this.#attempt(server);
  }

  /** Ends it with an error, whatever it is at. */
  fail(error: GatewayError): void {
    this.#leaveServer();
    this.exchange.fail(error);
    this.#done();
  }

  cancelled(): void {
    this.#leaveServer();
    this.#done();
  }

  drained(): void {
    if (!this.exchange.isDone) return this.#transfer?.drained();
    // Somebody else has failed it, such as who counts the bytes of its body.
    this.#leaveServer();
    this.#done();
  }

  replied(isReusable: boolean): void {
    const server = this.#server;
    const link = this.#link;
    this.#transfer = null;
    this.#link = null;
    if (server && link) {
      server.servedCount++;
      server.connections.release(link, isReusable);
      this.#host.succeeded(server);
    }
    this.#leaveServer();
    this.#done();
  }

  failed(failure: UpstreamFailure): void {
    // What it says of a kept connection was true when that was opened.
    const isStale = failure.retry === 'repeatable' && this.#link?.isKept === true;
    this.#transfer = null;
    const server = this.#server;
    if (server && !isStale) this.#tell(server, failure);
    if (server && this.#mayRepeat(failure, isStale)) {
      this.#isRepeated = true;
      if (!isStale) this.#tried.add(server);
      this.#leaveServer();
      this.#next(failure, server);
    } else {
      this.#end(failure);
    }
  }

  log(text: string): void {
    if (this.#server) this.#host.log(this.#server, this.exchange, text);
  }

  #attempt(server: Server): void {
    this.#server = server;
    this.exchange.destination = server;
    const isRepeatable = REPEATABLE.has(this.#request.method);
    // A second attempt is not left to chance again.
    const kept = this.#isRepeated ? null : server.connections.take(isRepeatable ? Infinity : FRESH_MS);
    if (kept) this.#send(kept);
    else this.#connect(server);
  }

  #connect(server: Server): void {
    this.#giveUpConnecting = server.connections.open({
      opened: (link) => {
        this.#giveUpConnecting = null;
        this.#send(link);
      },
      failed: (failure) => {
        this.#giveUpConnecting = null;
        this.#tell(server, failure);
        this.#tried.add(server);
        this.#leaveServer();
        this.#next(failure, server);
      },
    });
  }

  #send(link: Link): void {
    this.#link = link;
    const transfer = new Transfer(this.exchange, this.#request, link, this.#clocks, this);
    this.#transfer = transfer;
    try {
      transfer.start();
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      this.#transfer = null;
      this.#end(error);
    }
  }

  /** Goes on to another server; that there is none is the end. */
  #next(failure: UpstreamFailure, failed: Server): void {
    const server = this.#host.choose(this.#tried);
    if (server) return this.#attempt(server);
    this.exchange.fail(failure.toGatewayError(failed.label));
    this.#done();
  }

  #mayRepeat({ retry }: UpstreamFailure, isStale: boolean): boolean {
    if (this.#isRepeated || retry === 'never' || this.exchange.status !== 0) return false;
    // A body that was streamed is gone.
    if (this.#request.body.kind === 'stream') return false;
    return retry === 'always' || (isStale && REPEATABLE.has(this.#request.method));
  }

  /** Time is over. */
  #lose(failure: UpstreamFailure): void {
    const server = this.#server;
    if (server) this.#tell(server, failure);
    this.#end(failure);
  }

  #end(failure: UpstreamFailure): void {
    const label = this.#server?.label ?? '';
    this.fail(failure.toGatewayError(label));
  }

  #tell(server: Server, failure: UpstreamFailure): void {
    if (!failure.isServerFault) return;
    server.failedCount++;
    this.#host.failed(server, failure, this.exchange);
  }

  /** Lets go of the server and of whatever is under way with it. */
  #leaveServer(): void {
    const server = this.#server;
    this.#server = null;
    this.#giveUpConnecting?.();
    this.#giveUpConnecting = null;
    this.#transfer?.stop();
    this.#transfer = null;
    this.#link?.destroy();
    this.#link = null;
    if (server) this.#host.left(server);
  }

  #done(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    if (this.#requestClock) clearTimeout(this.#requestClock);
    const { body } = this.exchange;
    if (body.kind === 'stream') body.discard();
    this.#host.done(this);
  }
}
