// Owns the request's CGI variables: one latin-1 byte block, `name NUL value NUL ...`, decoded only where asked.

const NUL = 0;

/**
 * The CGI variables of a request (RFC 3875 section 4.1) as a block of latin-1 bytes, the encoding of SCGI.
 *
 * Immutable. The block is not copied: whoever passes it in must not change it afterwards. Where a name occurs
 * more than once the last one counts, as it does in a Python dict made from the block.
 */
export class Variables {
  readonly block: Buffer;
  /** Offsets of all pairs, three numbers each: name, value, end of value. Made at the first look-up. */
  #index: number[] | null = null;

  constructor(block: Buffer) {
    this.block = block;
  }

  /** Encodes pairs of latin-1 strings. Throws a RangeError if a name is empty or anything contains NUL. */
  static from(pairs: Iterable<readonly [name: string, value: string]>): Variables {
    let text = '';
    for (const [name, value] of pairs) {
      if (name === '' || name.includes('\0') || value.includes('\0')) {
        throw new RangeError(`variable ${JSON.stringify(name)} has an empty name or contains NUL`);
      }
      text += `${name}\0${value}\0`;
    }
    return new Variables(Buffer.from(text, 'latin1'));
  }

  /** The value of a variable as a latin-1 string, or undefined if it is absent. */
  get(name: string): string | undefined {
    const at = this.#find(name);
    const index = this.#offsets();
    return at < 0 ? undefined : this.block.toString('latin1', index[at + 1], index[at + 2]);
  }

  /** The bytes of a value, a view into the block, or undefined if the variable is absent. */
  getBytes(name: string): Buffer | undefined {
    const at = this.#find(name);
    const index = this.#offsets();
    return at < 0 ? undefined : this.block.subarray(index[at + 1], index[at + 2]);
  }

  /** All variables in the order they stand in, decoded as latin-1, repeated names included. */
  *entries(): IterableIterator<[name: string, value: string]> {
    const index = this.#offsets();
    for (let at = 0; at < index.length; at += 3) {
      const value = index[at + 1] ?? 0;
      yield [this.block.toString('latin1', index[at], value - 1), this.block.toString('latin1', value, index[at + 2])];
    }
  }

  /**
   * A copy in which the named variables are replaced, or removed where the value is null. Every occurrence of a
   * replaced name goes; the new values stand at the end.
   */
  with(changes: Readonly<Record<string, string | Uint8Array | null>>): Variables {
    const names = Object.keys(changes);
    const kept: Uint8Array[] = [];
    const index = this.#offsets();
    let from = 0;
    for (let at = 0; at < index.length; at += 3) {
      const name = index[at] ?? 0;
      if (!names.some((changed) => this.#isName(at, changed))) continue;
      if (from < name) kept.push(this.block.subarray(from, name));
      from = (index[at + 2] ?? 0) + 1;
    }
    if (from < this.block.length) kept.push(this.block.subarray(from));
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) continue;
      kept.push(Buffer.from(`${name}\0`, 'latin1'));
      kept.push(typeof value === 'string' ? Buffer.from(value, 'latin1') : value, TERMINATOR);
    }
    return new Variables(Buffer.concat(kept));
  }

  /** Where the last pair of that name stands in the index, or -1. */
  #find(name: string): number {
    let at = this.#offsets().length - 3;
    while (at >= 0 && !this.#isName(at, name)) at -= 3;
    return at;
  }

  /** Whether the pair at a place of the index has that name; decodes it only where the length and first byte fit. */
  #isName(at: number, name: string): boolean {
    const index = this.#offsets();
    const start = index[at] ?? 0;
    const end = (index[at + 1] ?? 0) - 1;
    if (end - start !== name.length || this.block[start] !== name.charCodeAt(0)) return false;
    return this.block.toString('latin1', start, end) === name;
  }

  #offsets(): number[] {
    if (this.#index) return this.#index;
    const { block } = this;
    const index: number[] = [];
    let name = 0;
    let value = 0;
    for (let at = 0; at < block.length; at++) {
      if (block[at] !== NUL) continue;
      if (value === 0) {
        value = at + 1;
      } else {
        index.push(name, value, at);
        name = at + 1;
        value = 0;
      }
    }
    this.#index = index;
    return index;
  }
}

const TERMINATOR = Buffer.of(NUL);
