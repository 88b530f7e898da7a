// Feeds the body of an HTTP request from Node's parser, and keeps time: who sends too slowly is cut off.

import type { IncomingMessage } from 'node:http';
import { BlockFiller } from '../exchange/block-filler.ts';
import { BodyStream, NO_BODY, type BodySource, type RequestBody } from '../exchange/body.ts';
import { allocatedBriefly } from '../exchange/young-buffers.ts';
import type { HttpLimits } from './http-limits.ts';

/**
 * A body from this size on is copied into memory that is used again. Node allocates for every read; what is still on its
 * way to a file or a worker when the garbage collector looks would stay for long, and all the rest until it looks.
 */
const LARGE_BYTES = 1024 * 1024;

/** What happens to a body besides its bytes. */
export interface BodyEvents {
  /** Somebody reads it. */
  readonly wanted: () => void;
  /** It came too slowly; its `BodyStream` fails afterwards. */
  readonly slow: (reason: string) => void;
}

/** The body of a request, and what gives up waiting for the rest of it: due when the exchange is over. */
export interface TimedBody {
  readonly body: RequestBody;
  readonly abandon: (() => void) | null;
}

const NOTHING: TimedBody = { body: NO_BODY, abandon: null };

/** The body of a request. What is not read is thrown away by Node. */
export function bodyOf(request: IncomingMessage, limits: HttpLimits, events: BodyEvents): TimedBody {
  const length = request.headers['content-length'];
  // Without a length and without chunks an HTTP request has no body (RFC 9112 section 6.3).
  if (length === undefined && request.headers['transfer-encoding'] === undefined) return NOTHING;
  if (length === '0') return NOTHING;
  const feed = new Feed(request, limits, events);
  const body = new BodyStream(feed, length === undefined ? null : Number(length));
  feed.into(body);
  return { body, abandon: () => feed.abandon() };
}

class Feed implements BodySource {
  readonly #request: IncomingMessage;
  readonly #limits: HttpLimits;
  readonly #events: BodyEvents;
  #clock: NodeJS.Timeout | undefined;
  #body: BodyStream | null = null;
  /** Bytes since the clock last struck. */
  #recentBytes = 0;

  constructor(request: IncomingMessage, limits: HttpLimits, events: BodyEvents) {
    this.#request = request;
    this.#limits = limits;
    this.#events = events;
  }

  into(body: BodyStream): void {
    const request = this.#request;
    const filler = (body.sizeBytes ?? Infinity) < LARGE_BYTES ? null : new BlockFiller();
    this.#body = body;
    request.on('data', (chunk: Buffer) => {
      this.#recentBytes += chunk.length;
      if (!filler) return body.push(chunk);
      filler.copy(chunk, (piece) => body.push(piece));
      allocatedBriefly(chunk.length);
    });
    request.on('end', () => {
      this.stop();
      filler?.end();
      body.finish();
    });
    request.on('close', () => {
      this.stop();
      filler?.end();
      if (!request.complete) body.fail(new Error('the client closed the connection'));
    });
    request.on('error', (error) => body.fail(error));
    this.#start();
  }

  wanted(): void {
    this.#events.wanted();
  }

  /** Nobody takes what has come: time stands still. */
  pause(): void {
    this.stop();
    this.#request.pause();
  }

  resume(): void {
    this.#start();
    this.#request.resume();
  }

  #start(): void {
    if (this.#request.complete || this.#request.destroyed) return;
    this.#recentBytes = 0;
    clearInterval(this.#clock);
    this.#clock = setInterval(() => this.#strike(), this.#limits.bodyTimeoutMs);
  }

  stop(): void {
    clearInterval(this.#clock);
  }

  abandon(): void {
    this.stop();
    if (!this.#request.complete) this.#body?.fail(new Error('the request is over'));
  }

  #strike(): void {
    const { bodyTimeoutMs, bodyBytesPerSecond } = this.#limits;
    const enough = Math.max(1, (bodyBytesPerSecond * bodyTimeoutMs) / 1000);
    const seen = this.#recentBytes;
    this.#recentBytes = 0;
    if (seen >= enough || this.#request.complete) return;
    this.stop();
    const reason = `${seen} bytes of the request body in ${bodyTimeoutMs} ms, ${Math.ceil(enough)} are the least`;
    this.#events.slow(reason);
    this.#body?.fail(new Error(reason));
  }
}
