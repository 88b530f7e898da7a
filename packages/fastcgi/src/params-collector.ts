// Gathers one PARAMS stream from its records and checks it as it comes.
import { FastCgiError } from './errors.ts';
import { PairCursor } from './pair-cursor.ts';
import { Params } from './params.ts';

/**
 * Collects name-value pairs that may be cut anywhere. The first piece is kept as a view, and copied only when a second
 * one comes. Work stays linear: counting goes on at the first pair that was not complete.
 */
export class ParamsCollector {
  readonly #bytesMax: number;
  readonly #pairsMax: number;
  #bytes: Buffer | undefined;
  #length = 0;
  #isOwned = false;
  #count = 0;
  #cursor: PairCursor | undefined;

  /** Refuses more than `bytesMax` bytes in all and more than `pairsMax` pairs. */
  constructor(bytesMax: number, pairsMax: number) {
    this.#bytesMax = bytesMax;
    this.#pairsMax = pairsMax;
  }

  /**
   * Takes `chunk[start..end)`. Throws FCGI_PARAMS_TOO_LARGE, also when only a declared length goes beyond the limit, and
   * FCGI_TOO_MANY_PARAMS.
   */
  append(chunk: Buffer, start: number, end: number): void {
    if (this.#length + end - start > this.#bytesMax) throw this.#tooLarge(this.#length + end - start);
    if (this.#bytes === undefined) {
      this.#bytes = chunk.subarray(start, end);
      this.#length = end - start;
      this.#cursor = new PairCursor(this.#bytes);
    } else {
      this.#copyIn(this.#bytes, chunk, start, end);
    }
    this.#countPairs();
  }

  /** Ends the stream. Throws FCGI_PAIRS_MALFORMED when it ends inside a pair. */
  finish(): Params {
    const position = this.#cursor?.position ?? 0;
    if (position !== this.#length) {
      throw new FastCgiError('FCGI_PAIRS_MALFORMED', `pairs end inside the pair at byte ${position}`);
    }
    return new Params(this.#bytes?.subarray(0, this.#length) ?? Buffer.alloc(0), this.#count);
  }

  #copyIn(held: Buffer, chunk: Buffer, start: number, end: number): void {
    const length = this.#length + end - start;
    let target = held;
    if (!this.#isOwned || held.length < length) {
      target = Buffer.allocUnsafe(Math.min(this.#bytesMax, Math.max(length, 2 * this.#length)));
      held.copy(target, 0, 0, this.#length);
    }
    chunk.copy(target, this.#length, start, end);
    this.#bytes = target;
    this.#isOwned = true;
    this.#length = length;
    this.#cursor?.extend(target, length);
  }

  #countPairs(): void {
    const cursor = this.#cursor;
    if (cursor === undefined) return;
    while (cursor.next()) {
      this.#count += 1;
      if (this.#count > this.#pairsMax) {
        throw new FastCgiError('FCGI_TOO_MANY_PARAMS', `more than ${this.#pairsMax} name-value pairs`);
      }
    }
    if (cursor.valueEnd > this.#bytesMax) throw this.#tooLarge(cursor.valueEnd);
  }

  #tooLarge(seen: number): FastCgiError {
    return new FastCgiError(
      'FCGI_PARAMS_TOO_LARGE',
      `${seen} bytes of name-value pairs, at most ${this.#bytesMax}`,
    );
  }
}
