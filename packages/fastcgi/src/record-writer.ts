// Hands records to a transport: small ones copied into one buffer, large ones sent as views between headers.
import { HEADER_LENGTH, STREAM_CONTENT_MAX, type StreamType } from './constants.ts';
import { takeMemory } from './memory.ts';
import { paddingFor, streamLength, writeRecordHeader, writeStream } from './record-encoder.ts';
import type { Transport } from './transport.ts';

/** Up to here copying the content next to its header is cheaper than handing the kernel several pieces. */
export const COPY_MAX = 16_384;

const PADDING: Uint8Array = new Uint8Array(7);

/** The sending half of a connection; remembers whether the transport asked to wait. */
export class RecordWriter {
  readonly #transport: Transport;
  #isBlocked = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whether the transport asked to wait and has not drained since. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** The transport has room again. */
  unblock(): void {
    this.#isBlocked = false;
  }

  /** Lets what follows leave together, until `uncork`. */
  cork(): void {
    this.#transport.cork?.();
  }

  uncork(): void {
    this.#transport.uncork?.();
  }

  /** Sends whole records. False: wait for the transport to drain. */
  send(records: Uint8Array): boolean {
    if (!this.#transport.write(records)) this.#isBlocked = true;
    return !this.#isBlocked;
  }

  /** Sends `length` bytes of a stream given in parts. Above {@link COPY_MAX} the parts must not change until they are sent. */
  sendStream(type: StreamType, requestId: number, parts: readonly Uint8Array[], length: number): boolean {
    if (length <= COPY_MAX) {
      const records = takeMemory(streamLength(length));
      writeStream(records, 0, type, requestId, parts, length);
      return this.send(records);
    }
    this.cork();
    this.#sendViews(type, requestId, parts, length);
    this.uncork();
    return !this.#isBlocked;
  }

  #sendViews(type: StreamType, requestId: number, parts: readonly Uint8Array[], length: number): void {
    let left = length;
    let recordLeft = 0;
    for (const part of parts) {
      let taken = 0;
      while (taken < part.length) {
        if (recordLeft === 0) {
          recordLeft = Math.min(left, STREAM_CONTENT_MAX);
          const header = Buffer.allocUnsafe(HEADER_LENGTH);
          writeRecordHeader(header, 0, type, requestId, recordLeft);
          this.send(header);
          left -= recordLeft;
        }
        const size = Math.min(part.length - taken, recordLeft);
        this.send(part.subarray(taken, taken + size));
        taken += size;
        recordLeft -= size;
      }
    }
    const padding = paddingFor(length % STREAM_CONTENT_MAX);
    if (padding > 0) this.send(PADDING.subarray(0, padding));
  }
}
