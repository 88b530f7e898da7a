// Walks name-value pairs in place: two lengths of one or four bytes, then the bytes (specification 3.4).

const LONG_LENGTH_FLAG = 0x80;

/**
 * Stands on one name-value pair after another without making anything but itself. The name is
 * `bytes[nameStart..nameEnd)` and the value `bytes[nameEnd..valueEnd)`.
 */
export class PairCursor {
  nameStart = 0;
  nameEnd = 0;
  /** Of a pair that is not all there yet: where it would end, once its lengths are readable; otherwise 0. */
  valueEnd = 0;
  #bytes: Uint8Array;
  #end: number;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** Where the next pair begins, or the one that is not all there. */
  get position(): number {
    return this.#at;
  }

  /** Goes on in a longer run of the same bytes, at the same position. */
  extend(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** Steps to the next pair. False at the end, and when the next pair is not all there. */
  next(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    this.valueEnd = 0;
    if (at >= end) return false;
    let nameLength = bytes[at] ?? 0;
    if (nameLength < LONG_LENGTH_FLAG) {
      at += 1;
    } else {
      if (at + 4 > end) return false;
      nameLength = longLength(bytes, at);
      at += 4;
    }
    if (at >= end) return false;
    let valueLength = bytes[at] ?? 0;
    if (valueLength < LONG_LENGTH_FLAG) {
      at += 1;
    } else {
      if (at + 4 > end) return false;
      valueLength = longLength(bytes, at);
      at += 4;
    }
    this.nameStart = at;
    this.nameEnd = at + nameLength;
    this.valueEnd = this.nameEnd + valueLength;
    if (this.valueEnd > end) return false;
    this.#at = this.valueEnd;
    return true;
  }
}

function longLength(bytes: Uint8Array, at: number): number {
  const high = (bytes[at] ?? 0) & 0x7f;
  return (high << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}
