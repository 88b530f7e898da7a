// Bytes into payloads: magic, length, and nothing about what a payload means.
import { Magic, PACKET_HEADER_BYTES, type Direction } from './constants.ts';
import { AjpError } from './errors.ts';

const NOTHING = Buffer.alloc(0);

// A length is only a promise: more than this is set aside when the bytes to fill it have come.
const FIRST_CAPACITY = 8192;

/**
 * Cuts a byte stream into packet payloads. Push what arrived, then call `next` until it returns null.
 * A payload that arrived in one piece is a view of the chunk pushed; others are copied once into a buffer of
 * their own. Memory held is at most one packet beside the chunk being read.
 */
export class PacketDecoder {
  readonly #magic: number;
  readonly #sizeMax: number;
  readonly #header = Buffer.alloc(PACKET_HEADER_BYTES);
  #headerFilled = 0;
  #partial: Buffer | null = null;
  #partialLength = 0;
  #partialFilled = 0;
  #input: Buffer = NOTHING;
  #offset = 0;

  /** `sizeMax` is the largest packet taken, header included, in bytes. */
  constructor(direction: Direction, sizeMax: number) {
    this.#magic = Magic[direction];
    this.#sizeMax = sizeMax;
  }

  /** Bytes pushed that no returned payload has covered yet. */
  get pendingBytes(): number {
    const begun = this.#partial === null ? this.#headerFilled : PACKET_HEADER_BYTES + this.#partialFilled;
    return begun + this.#input.length - this.#offset;
  }

  /** Adds received bytes. The chunk must not be changed afterwards. */
  push(chunk: Buffer): void {
    const unread = this.#input.length - this.#offset;
    this.#input = unread === 0 ? chunk : Buffer.concat([this.#input.subarray(this.#offset), chunk]);
    this.#offset = 0;
  }

  /**
   * The next complete payload, or null if more bytes are needed.
   * Throws AJP_BAD_MAGIC or AJP_PACKET_TOO_LONG as soon as the four header bytes are there; after that the
   * position in the stream is lost and the decoder must not be used again.
   */
  next(): Buffer | null {
    if (this.#partial === null) {
      const whole = this.#begin();
      if (whole !== null || this.#partial === null) return whole;
    }
    return this.#continue(this.#partial);
  }

  #begin(): Buffer | null {
    const input = this.#input;
    const available = input.length - this.#offset;
    if (available === 0) return null;
    if (this.#headerFilled === 0 && available >= PACKET_HEADER_BYTES) {
      const length = this.#payloadLength(input, this.#offset);
      const start = this.#offset + PACKET_HEADER_BYTES;
      if (input.length - start >= length) {
        this.#offset = start + length;
        return input.subarray(start, this.#offset);
      }
      this.#offset = start;
      this.#setAside(length);
      return null;
    }
    const taken = input.copy(this.#header, this.#headerFilled, this.#offset);
    this.#headerFilled += taken;
    this.#offset += taken;
    if (this.#headerFilled < PACKET_HEADER_BYTES) return null;
    const length = this.#payloadLength(this.#header, 0);
    this.#headerFilled = 0;
    this.#setAside(length);
    return null;
  }

  #setAside(length: number): void {
    this.#partialLength = length;
    this.#partial = Buffer.allocUnsafe(Math.min(length, FIRST_CAPACITY));
  }

  #continue(begun: Buffer): Buffer | null {
    const arrived = this.#input.length - this.#offset;
    const filled = Math.min(this.#partialLength, this.#partialFilled + arrived);
    let partial = begun;
    if (filled > partial.length) {
      partial = Buffer.allocUnsafe(Math.min(this.#partialLength, Math.max(filled, begun.length * 4)));
      begun.copy(partial, 0, 0, this.#partialFilled);
      this.#partial = partial;
    }
    this.#offset += this.#input.copy(
      partial,
      this.#partialFilled,
      this.#offset,
      this.#offset + filled - this.#partialFilled,
    );
    this.#partialFilled = filled;
    if (filled < this.#partialLength) return null;
    this.#partial = null;
    this.#partialFilled = 0;
    return partial;
  }

  #payloadLength(bytes: Buffer, offset: number): number {
    const magic = bytes.readUInt16BE(offset);
    if (magic !== this.#magic) {
      const [seen, wanted] = [magic, this.#magic].map((value) => value.toString(16).padStart(4, '0'));
      throw new AjpError('AJP_BAD_MAGIC', `packet begins with ${seen}, expected ${wanted}`);
    }
    const length = bytes.readUInt16BE(offset + 2);
    if (length + PACKET_HEADER_BYTES > this.#sizeMax) {
      throw new AjpError(
        'AJP_PACKET_TOO_LONG',
        `payload of ${length} bytes, at most ${this.#sizeMax - PACKET_HEADER_BYTES} allowed; both sides must be set to the same packet size`,
      );
    }
    return length;
  }
}
