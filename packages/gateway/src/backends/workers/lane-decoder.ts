// Turns the bytes a lane receives from its worker into events. Sans I/O; body bytes are passed on as they come.

import { Block, keep } from '../../exchange/blocks.ts';
import { ByteQueue } from './byte-queue.ts';
import type { FileRange } from '../../exchange/delivery.ts';
import { FILE_LIMIT, parseFile } from './file-frame.ts';
import { FLAG, FRAME, HEADER_BYTES, RESPONSE_HEAD_LIMIT, TEXT_LIMIT, WireError } from './frames.ts';

/** What a worker says on a lane (docs/reference/worker-wire.md section 4). Buffers do not change any more. */
export interface LaneEvents {
  /** The head of a response and the body bytes that came with it; `isLast` if the response is complete. */
  response(tag: number, head: Buffer, bytes: Buffer, isLast: boolean): void;
  /** More body bytes, possibly none; `isLast` if the response is complete. */
  body(tag: number, bytes: Buffer, isLast: boolean): void;
  /** A whole response with its body in a file. */
  file(tag: number, head: Buffer, file: FileRange): void;
  failed(tag: number, isCancelled: boolean, text: string): void;
  log(tag: number, text: string): void;
}

/** Flags allowed on each type. */
const ALLOWED_FLAGS: Readonly<Record<number, number>> = {
  [FRAME.response]: FLAG.end,
  [FRAME.responseBody]: FLAG.end,
  [FRAME.failed]: FLAG.end | FLAG.cancelled,
  [FRAME.log]: 0,
  [FRAME.file]: FLAG.end,
};

/** Types that are always the last for their request. */
const MUST_END: ReadonlySet<number> = new Set([FRAME.failed, FRAME.file]);

/**
 * Where small pieces of bodies that have come together are put together: what an application yields in quick succession
 * goes on as one. Empty again whenever a decoder returns, so that one is enough.
 */
const GATHERED = Buffer.allocUnsafeSlow(32 * 1024);

/** Pieces of this size are passed on as they are. */
const GATHERED_BYTES_MAX = 4 * 1024;

/** Decodes one lane. After it has thrown a WireError it must not be used any more. */
export class LaneDecoder {
  readonly #events: LaneEvents;
  readonly #queue = new ByteQueue();
  /** The block that the chunk being decoded is in. */
  #block: Block | null = null;
  /** Whether something at the beginning of `GATHERED` has not been passed on yet, and how much. */
  #isGathering = false;
  #gatheredBytes = 0;
  #isInBody = false;
  #isEnd = false;
  #tag = 0;
  /** Bytes of the present BODY, or of the body inside the present RESPONSE, that have not come yet. */
  bodyBytesLeft = 0;
  /** Where in all that was received the present frame begins, in bytes: for messages about it. */
  frameOffset = 0;

  constructor(events: LaneEvents) {
    this.#events = events;
  }

  /**
   * Takes received bytes, in any split. If they are in a block, what is needed of them is lent by it or copied. Throws a
   * WireError at the first frame that breaks the rules.
   */
  receive(chunk: Buffer): void {
    this.#block = Block.of(chunk);
    this.#queue.push(chunk);
    while (this.#isInBody ? this.#passBody() : this.#beginFrame());
    this.#passGathered();
    if (this.#block) this.#queue.detach();
  }

  /** Both steps return whether another one may follow with the bytes at hand. */
  #beginFrame(): boolean {
    const queue = this.#queue;
    if (!queue.has(HEADER_BYTES)) return false;
    this.frameOffset = queue.takenBytes;
    const length = queue.uint32(0);
    const type = queue.uint8(4);
    const flags = queue.uint8(5);
    const tag = queue.uint16(6);
    this.#isEnd = (flags & FLAG.end) !== 0;
    checkFlags(type, flags);
    if (type !== FRAME.responseBody || tag !== this.#tag) this.#passGathered();
    this.#tag = tag;
    switch (type) {
      case FRAME.response:
        return this.#beginResponse(length);
      case FRAME.responseBody:
        queue.skip(HEADER_BYTES);
        this.bodyBytesLeft = length;
        this.#isInBody = true;
        return true;
      case FRAME.file:
        return this.#file(length);
      default:
        return this.#text(type, flags, length);
    }
  }

  #beginResponse(length: number): boolean {
    if (length < 4) throw new WireError(`RESPONSE of ${length} bytes has no room for its head length`);
    const queue = this.#queue;
    if (!queue.has(HEADER_BYTES + 4)) return false;
    const headLength = queue.uint32(HEADER_BYTES);
    if (headLength > RESPONSE_HEAD_LIMIT) {
      throw new WireError(`response head of ${headLength} bytes, ${RESPONSE_HEAD_LIMIT} are allowed`);
    }
    if (headLength > length - 4)
      throw new WireError(`response head of ${headLength} bytes in a frame of ${length}`);
    if (!queue.has(HEADER_BYTES + 4 + headLength)) return false;
    queue.skip(HEADER_BYTES + 4);
    const head = this.#take(headLength);
    const bodyLength = length - 4 - headLength;
    const body = keep(queue.takeSome(bodyLength), this.#block);
    this.bodyBytesLeft = bodyLength - body.length;
    this.#isInBody = this.bodyBytesLeft > 0;
    this.#events.response(this.#tag, head, body, this.#isEnd && !this.#isInBody);
    return true;
  }

  #passBody(): boolean {
    if (this.bodyBytesLeft > 0 && this.#queue.length === 0) return false;
    const bytes = this.#queue.takeSome(this.bodyBytesLeft);
    this.bodyBytesLeft -= bytes.length;
    this.#isInBody = this.bodyBytesLeft > 0;
    const isLast = this.#isEnd && !this.#isInBody;
    if (bytes.length >= GATHERED_BYTES_MAX) {
      this.#passGathered();
      this.#events.body(this.#tag, keep(bytes, this.#block), isLast);
    } else {
      this.#gather(bytes);
      if (isLast) this.#passGathered(true);
    }
    return true;
  }

  #gather(bytes: Buffer): void {
    if (this.#gatheredBytes + bytes.length > GATHERED.length) this.#passGathered();
    this.#isGathering = true;
    bytes.copy(GATHERED, this.#gatheredBytes);
    this.#gatheredBytes += bytes.length;
  }

  #passGathered(isLast: boolean = false): void {
    if (!this.#isGathering) return;
    const bytes = Buffer.from(GATHERED.subarray(0, this.#gatheredBytes));
    this.#isGathering = false;
    this.#gatheredBytes = 0;
    this.#events.body(this.#tag, bytes, isLast);
  }

  /** Takes bytes that are no body, as they may be kept. */
  #take(byteCount: number): Buffer {
    const bytes = this.#queue.take(byteCount);
    return this.#block ? Buffer.from(bytes) : bytes;
  }

  #file(length: number): boolean {
    if (length > FILE_LIMIT) throw new WireError(`FILE with ${length} bytes, ${FILE_LIMIT} are allowed`);
    if (!this.#queue.has(HEADER_BYTES + length)) return false;
    this.#queue.skip(HEADER_BYTES);
    const { head, file } = parseFile(this.#take(length));
    this.#events.file(this.#tag, head, file);
    return true;
  }

  #text(type: number, flags: number, length: number): boolean {
    if (length > TEXT_LIMIT) {
      throw new WireError(`frame of type ${type} with ${length} bytes, ${TEXT_LIMIT} are allowed`);
    }
    if (!this.#queue.has(HEADER_BYTES + length)) return false;
    this.#queue.skip(HEADER_BYTES);
    const text = this.#queue.take(length).toString('utf8');
    if (type === FRAME.failed) this.#events.failed(this.#tag, (flags & FLAG.cancelled) !== 0, text);
    else this.#events.log(this.#tag, text);
    return true;
  }
}

function checkFlags(type: number, flags: number): void {
  const allowed = ALLOWED_FLAGS[type];
  if (allowed === undefined) throw new WireError(`frame of type ${type} on a lane`);
  if ((flags & ~allowed) !== 0 || (MUST_END.has(type) && (flags & FLAG.end) === 0)) {
    throw new WireError(`flags ${flags} on a frame of type ${type}`);
  }
}
