// Finds the records in a byte stream. It knows the header and nothing about what records mean.
import { HEADER_LENGTH, VERSION } from './constants.ts';
import { FastCgiError } from './errors.ts';

/** The header fields of the record being read. */
export interface RecordHeader {
  /** 0 to 255; values above 11 are for the receiver to judge. */
  readonly type: number;
  readonly requestId: number;
  /** 0 to 65535. */
  readonly contentLength: number;
}

/** Receives what a {@link RecordDecoder} finds. */
export interface RecordSink {
  /**
   * Content of the current record is `chunk[start..end)`, and `remaining` more bytes of it are to come. Called once for
   * a record whose content lies in one chunk, otherwise once per piece; an empty record is one call with `start === end`.
   * `header` is the same object every time. The bytes are those given to `push`, not a copy.
   */
  onContent(header: RecordHeader, chunk: Buffer, start: number, end: number, remaining: number): void;
}

/**
 * Splits received bytes into records, in whatever pieces they come, passing content on without waiting for the whole
 * record. It holds at most one partial header. Padding and the reserved byte are skipped unseen (specification 3.3).
 */
export class RecordDecoder implements RecordHeader {
  type = 0;
  requestId = 0;
  contentLength = 0;
  readonly #sink: RecordSink;
  readonly #partialHeader: Buffer = Buffer.alloc(HEADER_LENGTH);
  #partialLength = 0;
  #contentLeft = 0;
  #paddingLeft = 0;
  /** Bytes of all chunks before the current one. */
  #offset = 0;
  #recordOffset = 0;
  #isStopped = false;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  /** Whether the bytes so far end inside a record: in its header, its content or its padding. */
  get isInsideRecord(): boolean {
    return this.#partialLength > 0 || this.#contentLeft > 0 || this.#paddingLeft > 0;
  }

  /** Bytes received before the header of the current record, or of the last one. */
  get recordOffset(): number {
    return this.#recordOffset;
  }

  /** Ignores everything from here on, also the rest of the chunk being pushed. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Reads the next bytes. Throws FCGI_VERSION when a header does not have version 1; nothing can be read after that. */
  push(chunk: Buffer): void {
    const length = chunk.length;
    let at = 0;
    while (at < length && !this.#isStopped) {
      if (this.#contentLeft > 0) {
        const end = at + Math.min(this.#contentLeft, length - at);
        this.#contentLeft -= end - at;
        this.#sink.onContent(this, chunk, at, end, this.#contentLeft);
        at = end;
      } else if (this.#paddingLeft > 0) {
        const skipped = Math.min(this.#paddingLeft, length - at);
        this.#paddingLeft -= skipped;
        at += skipped;
      } else {
        at = this.#readHeader(chunk, at);
      }
    }
    this.#offset += length;
  }

  #readHeader(chunk: Buffer, at: number): number {
    if (this.#partialLength === 0 && chunk.length - at >= HEADER_LENGTH) {
      this.#beginRecord(chunk, at, chunk, at + HEADER_LENGTH);
      return at + HEADER_LENGTH;
    }
    const end = Math.min(chunk.length, at + HEADER_LENGTH - this.#partialLength);
    chunk.copy(this.#partialHeader, this.#partialLength, at, end);
    this.#partialLength += end - at;
    if (this.#partialLength === HEADER_LENGTH) {
      this.#partialLength = 0;
      this.#beginRecord(this.#partialHeader, 0, chunk, end);
    }
    return end;
  }

  #beginRecord(header: Buffer, at: number, chunk: Buffer, contentStart: number): void {
    this.#recordOffset = this.#offset + contentStart - HEADER_LENGTH;
    const version = header[at] ?? 0;
    if (version !== VERSION) {
      this.stop();
      throw new FastCgiError('FCGI_VERSION', `record with version ${version}, expected ${VERSION}`, {
        offset: this.#recordOffset,
      });
    }
    this.type = header[at + 1] ?? 0;
    this.requestId = ((header[at + 2] ?? 0) << 8) | (header[at + 3] ?? 0);
    this.contentLength = ((header[at + 4] ?? 0) << 8) | (header[at + 5] ?? 0);
    this.#contentLeft = this.contentLength;
    this.#paddingLeft = header[at + 6] ?? 0;
    if (this.contentLength === 0) this.#sink.onContent(this, chunk, contentStart, contentStart, 0);
  }
}
