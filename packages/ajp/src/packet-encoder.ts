// Assembles one packet. Owns the size guard: nothing that does not fit is ever cut, it is refused.
import { Magic, NULL_STRING, PACKET_HEADER_BYTES, type Direction } from './constants.ts';
import { CODED_NAME_MARK, type NameTable } from './coded-names.ts';
import { AjpError } from './errors.ts';
import type { HeaderPair } from './header-list.ts';

/** Builds one packet field by field; `finish` hands it over. One writer makes one packet. */
export class PacketWriter {
  readonly #sizeMax: number;
  #bytes: Buffer;
  #length = PACKET_HEADER_BYTES;
  /** Name of what is being written, for the message when it does not fit. */
  #subject = 'packet';

  /**
   * `sizeMax` is the largest packet allowed, `sizeExpected` what to set aside at once; both in bytes, header included.
   */
  constructor(direction: Direction, sizeMax: number, sizeExpected: number) {
    this.#sizeMax = sizeMax;
    this.#bytes = Buffer.allocUnsafe(Math.min(sizeMax, sizeExpected));
    this.#bytes.writeUInt16BE(Magic[direction], 0);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  /** 16 bits, unsigned, big-endian. Throws AJP_INVALID_HEADER if the value does not fit. */
  integer(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
      throw new AjpError('AJP_INVALID_HEADER', `${value} is not a 16-bit integer`);
    }
    this.#reserve(2);
    this.#bytes.writeUInt16BE(value, this.#length);
    this.#length += 2;
  }

  /** A string, or FFFF for null. Throws AJP_INVALID_HEADER for CR, LF, NUL or anything beyond latin-1. */
  string(value: string | null): void {
    this.#write(value, false);
  }

  /** Like `string`, for values that are lines, such as PEM: CR and LF are let through. */
  text(value: string | null): void {
    this.#write(value, true);
  }

  /** A counted header list; names that have a code in `table` are sent as that code. */
  headers(headers: readonly HeaderPair[], table: NameTable): void {
    this.integer(headers.length);
    for (const [name, value] of headers) {
      this.#subject = name;
      const code = table.resolve(name);
      // A length of A0xx would be read as a code (only possible in packets beyond the default size).
      if (code < 0 || name.length >= CODED_NAME_MARK << 8) {
        throw new AjpError('AJP_INVALID_HEADER', `${JSON.stringify(name)} is not a header name`);
      }
      if (code === 0) this.string(name);
      else this.integer((CODED_NAME_MARK << 8) | code);
      this.string(value);
    }
  }

  /** What a header list takes at most: each string is its bytes, two of length and a NUL. */
  static headersSizeMax(headers: readonly HeaderPair[]): number {
    let size = 2;
    for (const [name, value] of headers) size += name.length + value.length + 6;
    return size;
  }

  /** The finished packet, which now belongs to the caller. */
  finish(): Buffer {
    this.#bytes.writeUInt16BE(this.#length - PACKET_HEADER_BYTES, 2);
    return this.#bytes.subarray(0, this.#length);
  }

  #write(value: string | null, linesAllowed: boolean): void {
    if (value === null) {
      this.integer(NULL_STRING);
      return;
    }
    const length = value.length;
    this.#reserve(length + 3);
    const bytes = this.#bytes;
    let at = bytes.writeUInt16BE(length, this.#length);
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0xff || code === 0 || ((code === 10 || code === 13) && !linesAllowed)) {
        throw new AjpError(
          'AJP_INVALID_HEADER',
          `character ${code} at ${index} of ${this.#subject}: CR, LF, NUL and anything beyond latin-1 is refused`,
        );
      }
      bytes[at++] = code;
    }
    bytes[at] = 0;
    this.#length = at + 1;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed > this.#sizeMax) {
      throw new AjpError(
        'AJP_HEAD_TOO_LARGE',
        `${this.#subject} needs ${needed} bytes, the packet size is ${this.#sizeMax}; raise it on both sides`,
      );
    }
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.#sizeMax, Math.max(needed, this.#bytes.length * 2)));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
  }
}
