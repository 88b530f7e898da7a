// The request body on the web-server side: holds what the caller wrote until the container asks for it.
import { BODY_END, encodeBodyPacket } from './body-packets.ts';
import { BODY_DATA_OVERHEAD } from './constants.ts';
import { AjpError } from './errors.ts';

// Enough to answer a few requests for data without waking the caller, little enough per request to forget about.
const HELD_BYTES_MAX = 65536;

// Tomcat asks once more after the end; a container that goes on asking is broken.
const END_ANSWERS_MAX = 8;

/**
 * Answers GET_BODY_CHUNK from a queue. With a content-length above 0 the first packet is owed unasked; it is never
 * empty. At most one packet is owed at a time.
 */
export class RequestUpload {
  readonly #packetSize: number;
  readonly #send: (packet: Buffer) => void;
  readonly #contentLength: number | null;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #writtenBytes = 0;
  #endAnswers = 0;
  #isEnded = false;
  #mustTellDrain = false;
  /** Bytes the container will take in the next packet; 0 while it waits for none. */
  #owed: number;

  /** `contentLength` is null for a body of unknown length. */
  constructor(contentLength: number | null, packetSize: number, send: (packet: Buffer) => void) {
    this.#contentLength = contentLength;
    this.#packetSize = packetSize;
    this.#send = send;
    this.#isEnded = contentLength === 0;
    this.#owed = contentLength !== null && contentLength > 0 ? packetSize : 0;
  }

  /** True if the container waits for a packet that was not sent yet. */
  get isOwing(): boolean {
    return this.#owed > 0;
  }

  /** True once any body byte was handed over by the caller. */
  get hasBegun(): boolean {
    return this.#writtenBytes > 0;
  }

  /**
   * Adds body bytes, kept until sent. Null if they exceed the content-length, else whether there is room for more.
   * Throws AJP_WRONG_STATE after `end`.
   */
  write(parts: readonly Uint8Array[]): boolean | null {
    for (const part of parts) {
      if (part.length === 0) continue;
      if (this.#isEnded && this.#contentLength === null) {
        throw new AjpError('AJP_WRONG_STATE', 'the request body has ended');
      }
      this.#writtenBytes += part.length;
      this.#queuedBytes += part.length;
      this.#queue.push(part);
    }
    if (this.#contentLength !== null && this.#writtenBytes > this.#contentLength) return null;
    this.#answer();
    if (this.#queuedBytes < HELD_BYTES_MAX) return true;
    this.#mustTellDrain = true;
    return false;
  }

  /** No more will be written. False if the content-length promised more. */
  end(): boolean {
    if (this.#contentLength !== null && this.#writtenBytes < this.#contentLength) return false;
    this.#isEnded = true;
    this.#answer();
    return true;
  }

  /** The container asks for at most `countMax` bytes. Throws if it may not ask now or asks for nothing. */
  ask(countMax: number): void {
    if (countMax === 0) throw new AjpError('AJP_MALFORMED_RESPONSE', 'GET_BODY_CHUNK for 0 bytes');
    if (this.#owed > 0) {
      throw new AjpError('AJP_UNEXPECTED_PACKET', 'GET_BODY_CHUNK while a body packet is still owed');
    }
    this.#owed = countMax;
    this.#answer();
  }

  /** True once after a `write` that returned false, when there is room again. */
  takeDrain(): boolean {
    const isDrained = this.#mustTellDrain && this.#queuedBytes < HELD_BYTES_MAX;
    if (isDrained) this.#mustTellDrain = false;
    return isDrained;
  }

  #answer(): void {
    if (this.#owed === 0) return;
    if (this.#queuedBytes > 0) {
      const count = Math.min(this.#owed, this.#packetSize - BODY_DATA_OVERHEAD, this.#queuedBytes);
      this.#owed = 0;
      this.#send(encodeBodyPacket(this.#take(count), this.#packetSize));
    } else if (this.#isEnded) {
      this.#endAnswers += 1;
      if (this.#endAnswers > END_ANSWERS_MAX) {
        throw new AjpError('AJP_UNEXPECTED_PACKET', 'the container keeps asking after the end of the body');
      }
      this.#owed = 0;
      this.#send(BODY_END);
    }
  }

  #take(count: number): Uint8Array {
    this.#queuedBytes -= count;
    const taken: Uint8Array[] = [];
    let used = 0;
    let left = count;
    for (const part of this.#queue) {
      if (part.length > left) break;
      taken.push(part);
      left -= part.length;
      used += 1;
    }
    const cut = this.#queue[used];
    this.#queue = this.#queue.slice(used);
    if (left > 0 && cut !== undefined) {
      taken.push(cut.subarray(0, left));
      this.#queue[0] = cut.subarray(left);
    }
    const [only] = taken;
    return taken.length === 1 && only !== undefined ? only : Buffer.concat(taken);
  }
}
