// Gathers one PARAMS stream from its records and checks it as it comes.
import { FastCgiError } from './errors.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { PairCursor } from './pair-cursor.ts';
import { Params } from './params.ts';

const NOTHING = new Uint8Array(0);

/**
 * Collects name-value pairs that may be cut anywhere. The first piece is kept as a view, and copied only when a second
 * one comes. Work stays linear: counting goes on at the first pair that was not complete.
 */
export class ParamsCollector {
  readonly #bytesMax: number;
  readonly #pairsMax: number;
  readonly #received: GrowingBuffer;
  readonly #cursor: PairCursor = new PairCursor(NOTHING);
  #count = 0;

  /** Refuses more than `bytesMax` bytes in all and more than `pairsMax` pairs. */
  constructor(bytesMax: number, pairsMax: number) {
    this.#bytesMax = bytesMax;
    this.#pairsMax = pairsMax;
    this.#received = new GrowingBuffer(bytesMax);
  }

  /**
   * Takes `chunk[start..end)`. Throws FCGI_PARAMS_TOO_LARGE, also when only a declared length goes beyond the limit, and
   * FCGI_TOO_MANY_PARAMS.
   */
  append(chunk: Buffer, start: number, end: number): void {
    const length = this.#received.length + end - start;
    if (length > this.#bytesMax) throw this.#tooLarge(length);
    this.#received.append(chunk, start, end);
    this.#cursor.extend(this.#received.bytes);
    while (this.#cursor.next()) this.#count += 1;
    if (this.#count > this.#pairsMax) {
      throw new FastCgiError('FCGI_TOO_MANY_PARAMS', `more than ${this.#pairsMax} name-value pairs`);
    }
    if (this.#cursor.valueEnd > this.#bytesMax) throw this.#tooLarge(this.#cursor.valueEnd);
  }

  /** Ends the stream. Throws FCGI_PAIRS_MALFORMED when it ends inside a pair. */
  finish(): Params {
    const { position } = this.#cursor;
    if (position !== this.#received.length) {
      throw new FastCgiError('FCGI_PAIRS_MALFORMED', `pairs end inside the pair at byte ${position}`);
    }
    return new Params(this.#received.bytes, this.#count);
  }

  #tooLarge(seen: number): FastCgiError {
    return new FastCgiError(
      'FCGI_PARAMS_TOO_LARGE',
      `${seen} bytes of name-value pairs, at most ${this.#bytesMax}`,
    );
  }
}
