// What a protocol of an upstream server has to offer: everything else about upstreams knows no protocol.

import type { Socket } from 'node:net';
import type { RequestBody } from '../../exchange/body.ts';
import type { Head } from '../../exchange/head.ts';
import type { Variables } from '../../exchange/variables.ts';
import type { UpstreamFailure } from './failure.ts';

/** A request as it goes to a server. */
export interface UpstreamRequest {
  readonly method: string;
  /** Each name once; what the configuration adds is in them. */
  readonly variables: Variables;
  readonly body: RequestBody;
}

/**
 * Hears how a request fares. `end` or `failed` is the last call, unless the request is aborted from this side; then
 * nothing is called any more.
 */
export interface ReplySink {
  /** Once, before any body. See `cgi-response.ts` for how a head is made. */
  head(head: Head): void;
  /** The bytes are the sink's from then on. */
  body(bytes: Buffer): void;
  /** The reply is complete. `isReusable`: the connection can take another request. */
  end(isReusable: boolean): void;
  /** There is no reply, or only a part. The connection cannot be used again. */
  failed(failure: UpstreamFailure): void;
  /** Text the server wants in a log: from an untrusted peer, with whatever bytes. */
  log(text: string): void;
}

/** A request under way. */
export interface UpstreamCall {
  /** The client takes no more for now. A few more bytes may still come. */
  pause(): void;
  resume(): void;
  /** Gives the request up: tells the server if the protocol can, else the connection is closed. */
  abort(): void;
}

/** A protocol on one socket, which carries one request at a time. */
export interface UpstreamConnection {
  /**
   * Sends a request and reads the reply. Calls no sink before it has returned. Throws an `UpstreamFailure` if the request
   * cannot be said in this protocol; nothing was sent then.
   */
  send(request: UpstreamRequest, sink: ReplySink): UpstreamCall;
  /** Ends a connection that has no request, in the protocol's own way. */
  close(): void;
}

/** A protocol that upstream servers speak. */
export interface UpstreamProtocol {
  readonly name: string;
  /** Idle connections kept for each server, unless the configuration says. 0 where an idle one blocks the server. */
  readonly keepAliveDefault: number;
  /** Whether a body must have a known size: then one of unknown size is refused with 411. */
  readonly needsLength: boolean;
  /**
   * Puts the protocol on a connected socket, made with `allowHalfOpen`. The connection reads, writes and ends it; whoever
   * opened it watches its errors and may destroy it at any time.
   */
  attach(socket: Socket): UpstreamConnection;
}
