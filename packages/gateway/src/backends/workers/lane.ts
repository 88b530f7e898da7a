// Owns one lane: the requests handed to one thread of a worker, in order, and what comes back for them.

import type { FileRange } from '../../exchange/delivery.ts';
import type { BodyStream, CollectedBody } from '../../exchange/body.ts';
import { GatewayError } from '../../exchange/errors.ts';
import type { Destination, Exchange, Holder } from '../../exchange/exchange.ts';
import { Loans } from '../../exchange/loans.ts';
import { Head, HeadError } from '../../exchange/head.ts';
import { allocatedBriefly } from '../../exchange/young-buffers.ts';
import {
  encodeFrame,
  encodeHeader,
  encodeRequestStart,
  FLAG,
  FRAME,
  REQUEST_BODY_LIMIT,
  WireError,
  type WritableBlock,
} from './frames.ts';
import { LaneDecoder, type LaneEvents } from './lane-decoder.ts';

/** The gateway's end of a lane's stream socket, as far as a lane uses it. */
export interface LaneSocket {
  /** True when nothing can be sent any more. */
  readonly destroyed?: boolean;
  /** Bytes that were written and have not been sent. */
  readonly writableLength?: number;
  /** False: wait for `Lane.writable()`. */
  write(bytes: Buffer): boolean;
  /** What is written until `uncork()` goes out in one piece. */
  cork(): void;
  uncork(): void;
  pause(): unknown;
  resume(): unknown;
}

/** What a lane tells the one who owns it. */
export interface LaneOwner extends Destination {
  /** How many of its lanes have a request. */
  readonly busyLanes: number;
  /** A request on the lane has ended; the next one, if there is one, runs now. */
  requestEnded(lane: Lane, exchange: Exchange): void;
  /** The lane has frames to send: call `flush()` soon. */
  hasOutput(lane: Lane): void;
  /** What the lane's thread has not begun is wanted back: ask for it. */
  recall(lane: Lane): void;
  /** The client of a request that the lane has taken has gone. */
  requestCancelled(lane: Lane, tag: number): void;
  applicationLog(exchange: Exchange, text: string): void;
}

const NOTHING = Buffer.alloc(0);

/** Up to here one copy is cheaper than handing the system several pieces. */
const JOINED_BYTES_MAX = 32 * 1024;

/**
 * One thread of a worker. The first request in line is taken to be running, the others wait in the worker
 * (look-ahead); each leaves by the end of its reply, by being returned, or with the worker.
 */
export class Lane implements Holder, LaneEvents {
  /** Position among the lanes of its worker: its name on the control channel. */
  readonly index: number;
  readonly #socket: LaneSocket;
  readonly #owner: LaneOwner;
  readonly #decoder: LaneDecoder = new LaneDecoder(this);
  #line: Exchange[] = [];
  #tags: number[] = [];
  #nextTag = 1;
  #output: Buffer[] = [];
  /** What of request bodies is on its way to the worker. */
  readonly #loans = new Loans();
  #isWritable = true;
  #isPaused = false;
  /** The body that is being streamed to the running request, until its end has been sent. */
  #upload: BodyStream | null = null;
  #isReplying = false;
  /** Whether the worker has not read, and never will, all that was sent. */
  #isUnread = false;
  #isRecalled = false;
  /** Whether a RECALL has been sent and not been answered. */
  isRecalling = false;
  /** When the last RECALL was sent, by `performance.now()`. */
  recalledMs = 0;
  /** When the running request began, by `performance.now()`. */
  runningSinceMs = 0;

  constructor(index: number, socket: LaneSocket, owner: LaneOwner) {
    this.index = index;
    this.#socket = socket;
    this.#owner = owner;
  }

  /** Bytes of the body that is being received that are announced and have not come yet. */
  get bodyBytesLeft(): number {
    return this.#decoder.bodyBytesLeft;
  }

  /** Where in all that was received the last frame begins, in bytes. */
  get frameOffset(): number {
    return this.#decoder.frameOffset;
  }

  /** Requests on the lane: the running one and those that wait behind it. */
  get load(): number {
    return this.#line.length;
  }

  get busyAround(): number {
    return this.#owner.busyLanes;
  }

  /** The running request, or null. */
  get running(): Exchange | null {
    return this.#line[0] ?? null;
  }

  /** Whether a request handed over ahead of time would soon be begun, as far as can be seen. */
  get mayLookAhead(): boolean {
    const isStreamed = this.running?.body.kind === 'stream';
    return this.#isWritable && !this.#isReplying && !this.#isRecalled && !this.isRecalling && !isStreamed;
  }

  /** Whether the worker is kept waiting because the client of the running request takes no more for now. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Takes a request. Sent at the next `flush()`. */
  assign(exchange: Exchange): void {
    const tag = this.#nextTag;
    this.#nextTag = (tag + 1) & 0xffff;
    this.#line.push(exchange);
    this.#tags.push(tag);
    exchange.holder = this;
    const { body, variables } = exchange;
    if (body.kind === 'stream') {
      this.#output.push(encodeRequestStart(tag, FLAG.stream, variables, 0));
      this.#stream(body, tag);
    } else {
      this.#sendWhole(tag, variables, body);
    }
    if (this.#line.length === 1) this.#begin();
    this.#owner.hasOutput(this);
  }

  /** Sends what has gathered, in one write. */
  flush(): void {
    const pieces = this.#output;
    if (pieces.length === 0) return;
    this.#output = [];
    if (this.#socket.destroyed) this.#isUnread = true;
    this.#isWritable = writeAll(this.#socket, pieces);
    this.#settle();
  }

  /** Takes bytes from the worker. Throws a WireError, or a HeadError, if they are not what the wire allows. */
  receive(chunk: Buffer): void {
    this.#decoder.receive(chunk);
  }

  /** The socket takes bytes again. */
  writable(): void {
    this.#isWritable = true;
    this.#settle();
    this.#upload?.resume();
  }

  /** Asks the worker for what it has not begun; the answer comes to `takeBack`. */
  recall(): void {
    // What reached the worker after the RECALL would be begun although it stands behind what has been given back.
    this.flush();
    this.isRecalling = true;
    this.recalledMs = performance.now();
    this.#owner.recall(this);
  }

  /**
   * Takes out the requests the worker has given back. They are the caller's again, oldest first. Throws a WireError, and
   * takes out none, if one of them is not here or has been begun.
   */
  takeBack(tags: readonly number[]): Exchange[] {
    for (const [place, tag] of tags.entries()) {
      const at = this.#tags.indexOf(tag);
      if (at < 0 || tags.indexOf(tag) < place || (at === 0 && this.#isReplying)) {
        throw new WireError(`request ${tag} returned, which does not wait on the lane`);
      }
    }
    this.isRecalling = false;
    this.#isRecalled = this.load > tags.length;
    const first = this.running;
    const returned = this.#line.filter((_, at) => tags.includes(this.#tags[at] ?? -1));
    this.#line = this.#line.filter((exchange) => !returned.includes(exchange));
    this.#tags = this.#tags.filter((tag) => !tags.includes(tag));
    if (this.running !== first) this.#begin();
    for (const exchange of returned) leave(exchange);
    return returned;
  }

  /** The worker reads no more, and has not read all that was sent. */
  unread(): void {
    this.#isUnread = true;
  }

  /** Empties the lane of a worker that is gone: the request it may have begun, and those it certainly has not. */
  abandon(): { begun: Exchange | null; waiting: Exchange[] } {
    const [first = null, ...others] = this.#line;
    const isBegun = first !== null && !this.#isFirstUnread;
    const begun = isBegun ? first : null;
    const waiting = first === null || isBegun ? others : [first];
    this.#line = [];
    this.#tags = [];
    this.#output = [];
    this.#upload?.discard();
    this.#upload = null;
    for (const exchange of waiting) leave(exchange);
    return { begun, waiting };
  }

  cancelled(exchange: Exchange): void {
    const tag = this.#tags[this.#line.indexOf(exchange)];
    if (tag === undefined) return;
    this.#resume();
    // The worker ignores the cancelling of a request it has not been sent.
    this.flush();
    this.#owner.requestCancelled(this, tag);
  }

  drained(): void {
    this.#resume();
  }

  response(tag: number, headBytes: Buffer, bytes: Buffer, isLast: boolean): void {
    const exchange = this.#expect(tag);
    if (this.#isReplying) throw new WireError(`second RESPONSE for request ${tag}`);
    this.#isReplying = true;
    const isWritable = exchange.respond(parseHead(headBytes), bytes, isLast);
    if (isLast) this.#end(exchange);
    else if (!isWritable) this.#pause();
  }

  body(tag: number, bytes: Buffer, isLast: boolean): void {
    const exchange = this.#expect(tag);
    if (!this.#isReplying) throw new WireError(`BODY before the RESPONSE of request ${tag}`);
    const isWritable = exchange.write(bytes, isLast);
    if (isLast) this.#end(exchange);
    else if (!isWritable) this.#pause();
  }

  file(tag: number, headBytes: Buffer, file: FileRange): void {
    const exchange = this.#expect(tag);
    if (this.#isReplying) throw new WireError(`FILE after the RESPONSE of request ${tag}`);
    exchange.respondFile(parseHead(headBytes), file);
    this.#end(exchange);
  }

  failed(tag: number, isCancelled: boolean, text: string): void {
    const exchange = this.#expect(tag);
    const message = isCancelled ? 'the request was cancelled' : 'the application raised an exception';
    exchange.fail(new GatewayError('SLUICE_APPLICATION_FAILED', message, { detail: text }));
    this.#end(exchange);
  }

  log(tag: number, text: string): void {
    this.#owner.applicationLog(this.#expect(tag), text);
  }

  /** Whether what was not read is of the first request: then that is alone, and it was not begun without its last byte. */
  get #isFirstUnread(): boolean {
    const isWhole = this.running?.body.kind !== 'stream';
    return this.#isUnread && this.load === 1 && isWhole && !this.#isReplying;
  }

  #pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  #begin(): void {
    const exchange = this.#line[0];
    if (!exchange) return;
    this.runningSinceMs = performance.now();
    exchange.startedMs = this.runningSinceMs;
    exchange.destination = this.#owner;
  }

  #expect(tag: number): Exchange {
    const exchange = this.#line[0];
    if (!exchange || this.#tags[0] !== tag) {
      throw new WireError(
        `frame for request ${tag}, ${exchange ? `${this.#tags[0]} is running` : 'none is running'}`,
      );
    }
    return exchange;
  }

  #end(exchange: Exchange): void {
    if (this.#upload) this.#cutUpload(this.#upload);
    // Before it has ended it could be given back and run elsewhere.
    if (exchange.body.kind === 'bytes') this.#loans.addAll(exchange.body.chunks);
    this.#settle();
    this.#line.shift();
    this.#tags.shift();
    this.#isReplying = false;
    this.#isRecalled = false;
    // Its client may not have taken everything, but the next response is for another one.
    this.#resume();
    this.#begin();
    this.#owner.requestEnded(this, exchange);
  }

  #settle(): void {
    if (this.#output.length === 0) this.#loans.settle(this.#socket);
  }

  #sendWhole(tag: number, variables: WritableBlock, body: CollectedBody): void {
    if (body.kind === 'file') {
      const path = Buffer.from(body.path);
      this.#output.push(encodeRequestStart(tag, FLAG.file, variables, path.length), path);
    } else {
      this.#output.push(encodeRequestStart(tag, 0, variables, body.sizeBytes), ...body.chunks);
    }
  }

  /** Hands a streamed body on as it arrives, at the pace of the lane's socket. */
  #stream(body: BodyStream, tag: number): void {
    this.#upload = body;
    const send = (flags: number, bytes: Buffer): void => {
      if (this.#upload !== body) return;
      if ((flags & FLAG.end) !== 0) this.#upload = null;
      this.#output.push(encodeHeader(FRAME.requestBody, flags, tag, bytes.length), bytes);
      this.#loans.add(bytes);
      this.#owner.hasOutput(this);
    };
    body.read({
      chunk: (bytes) => {
        for (let at = 0; at < bytes.length; at += REQUEST_BODY_LIMIT) {
          send(0, bytes.subarray(at, at + REQUEST_BODY_LIMIT));
        }
        this.flush();
        return this.#isWritable;
      },
      end: () => send(FLAG.end, NOTHING),
      failed: () => send(FLAG.end | FLAG.broken, NOTHING),
    });
  }

  /** The response is complete and its request's body is not: the worker is told not to wait for the rest. */
  #cutUpload(body: BodyStream): void {
    this.#upload = null;
    this.#output.push(encodeFrame(FRAME.requestBody, FLAG.end | FLAG.broken, this.#tags[0] ?? 0, NOTHING));
    this.#owner.hasOutput(this);
    body.discard();
  }
}

/** It has not been begun, whatever was thought of it, and waits again. */
function leave(exchange: Exchange): void {
  exchange.holder = null;
  exchange.startedMs = 0;
}

/** Writes pieces as one. Returns what the socket says. */
function writeAll(socket: LaneSocket, pieces: readonly Buffer[]): boolean {
  const [first] = pieces;
  if (first && pieces.length === 1) return socket.write(first);
  const sizeBytes = pieces.reduce((sum, { length }) => sum + length, 0);
  if (sizeBytes <= JOINED_BYTES_MAX) {
    allocatedBriefly(sizeBytes);
    return socket.write(Buffer.concat(pieces, sizeBytes));
  }
  socket.cork();
  const isWritable = pieces.map((piece) => socket.write(piece)).every(Boolean);
  socket.uncork();
  return isWritable;
}

function parseHead(bytes: Buffer): Head {
  try {
    return Head.parse(bytes);
  } catch (error) {
    if (error instanceof HeadError) throw new WireError(error.message);
    throw error;
  }
}
