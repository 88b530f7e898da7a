// AJP's data types (byte, boolean, 16-bit integer, string) read from a payload. Owns bounds and character checks.
import { NULL_STRING } from './constants.ts';
import { AjpError } from './errors.ts';

/** Which complaint a broken payload raises: it depends on who sent it. */
export type MalformedCode = 'AJP_MALFORMED_REQUEST' | 'AJP_MALFORMED_RESPONSE';

const CR = 13;
const LF = 10;

/**
 * Reads the fields of one payload in order. Every read is checked against the end and throws the given code.
 * The strings it returns are slices of one conversion of the whole payload, which is what makes them cheap.
 */
export class PayloadReader {
  readonly #bytes: Buffer;
  readonly #code: MalformedCode;
  readonly #strict: boolean;
  #text: string | null = null;
  #offset = 0;

  constructor(bytes: Buffer, code: MalformedCode, strict: boolean) {
    this.#bytes = bytes;
    this.#code = code;
    this.#strict = strict;
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The next byte without taking it. */
  peekByte(): number {
    const value = this.#bytes[this.#offset];
    if (value === undefined) throw this.malformed('payload ends inside a field');
    return value;
  }

  byte(): number {
    const value = this.peekByte();
    this.#offset += 1;
    return value;
  }

  /** 16 bits, unsigned, big-endian. */
  integer(): number {
    const bytes = this.#bytes;
    const high = bytes[this.#offset];
    const low = bytes[this.#offset + 1];
    if (high === undefined || low === undefined) throw this.malformed('payload ends inside an integer');
    this.#offset += 2;
    return (high << 8) | low;
  }

  boolean(): boolean {
    return this.byte() !== 0;
  }

  /**
   * A string in latin-1, or null for length FFFF. CR, LF and NUL in it are refused.
   * The terminator must be there; that it is NUL is only asked for when strict, as no known container looks.
   */
  string(): string | null {
    return this.#read(false);
  }

  /** A string that may have lines: like `string`, but CR and LF are let through. */
  text(): string | null {
    return this.#read(true);
  }

  /** The error to throw for this payload; it names the offset reached. */
  malformed(what: string): AjpError {
    return new AjpError(this.#code, `${what} (offset ${this.#offset} of ${this.#bytes.length})`);
  }

  #read(linesAllowed: boolean): string | null {
    const length = this.integer();
    if (length === NULL_STRING) return null;
    const start = this.#offset;
    const end = start + length;
    const bytes = this.#bytes;
    const terminator = bytes[end];
    if (terminator === undefined) {
      throw this.malformed(`string of ${length} bytes runs past the end of the payload`);
    }
    if (terminator !== 0 && this.#strict) throw this.malformed('string is not followed by NUL');
    for (let index = start; index < end; index++) {
      const byte = bytes[index];
      if (byte === 0 || ((byte === LF || byte === CR) && !linesAllowed)) {
        throw this.malformed('CR, LF or NUL inside a string');
      }
    }
    this.#offset = end + 1;
    this.#text ??= bytes.toString('latin1');
    return this.#text.slice(start, end);
  }
}
