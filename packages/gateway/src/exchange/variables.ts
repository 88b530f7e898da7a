// Owns the request's CGI variables: latin-1 bytes, `name NUL value NUL ...`, decoded only where asked.

const NOTHING = Buffer.alloc(0);

/**
 * The CGI variables of a request (RFC 3875 section 4.1) in the encoding of SCGI: two blocks, one after the other.
 *
 * Immutable. Blocks are not copied: whoever passes one in must not change it afterwards. Where a name occurs more than
 * once the last one counts, as it does in a Python dict made from the blocks.
 */
export class Variables {
  /** What the front received. */
  readonly block: Buffer;
  /** What the gateway added: its variables stand after those of `block`, and so they win. Nearly always short. */
  readonly added: Buffer;
  /** Offsets of all pairs of `block`, three numbers each: name, value, end of value. */
  #index: number[] | null;

  /** @param index the offsets of the block's pairs, if they are known; otherwise they are looked for when needed */
  constructor(block: Buffer, index: number[] | null = null, added: Buffer = NOTHING) {
    this.block = block;
    this.added = added;
    this.#index = index;
  }

  /** Encodes pairs of latin-1 strings. Throws a RangeError if a name is empty or anything contains NUL. */
  static from(pairs: Iterable<readonly [name: string, value: string]>): Variables {
    return new Variables(encode(pairs));
  }

  /** The value of a variable as a latin-1 string, or undefined if it is absent. */
  get(name: string): string | undefined {
    if (this.added.length > 0) {
      const value = valueIn(this.added, indexOf(this.added), name);
      if (value !== undefined) return value;
    }
    return valueIn(this.block, this.#offsets(), name);
  }

  /** All variables, decoded as latin-1, each name once and with the value that counts, in no particular order. */
  entries(): MapIterator<[name: string, value: string]> {
    const map = new Map<string, string>();
    for (const [block, index] of [
      [this.block, this.#offsets()],
      [this.added, indexOf(this.added)],
    ] as const) {
      for (let at = 0; at < index.length; at += 3) {
        const value = index[at + 1] ?? 0;
        map.set(
          block.toString('latin1', index[at], value - 1),
          block.toString('latin1', value, index[at + 2]),
        );
      }
    }
    return map.entries();
  }

  /** The same variables with some set, by latin-1 strings. Throws a RangeError as `from` does. */
  with(changes: Readonly<Record<string, string>>): Variables {
    const added = encode(Object.entries(changes));
    const all = this.added.length > 0 ? Buffer.concat([this.added, added]) : added;
    return new Variables(this.block, this.#index, all);
  }

  /** The same variables without some. This one copies; it is for what should not have come. */
  without(...names: readonly string[]): Variables {
    const kept = [...this.entries()].filter(([name]) => !names.includes(name));
    return Variables.from(kept);
  }

  #offsets(): number[] {
    this.#index ??= indexOf(this.block);
    return this.#index;
  }
}

function encode(pairs: Iterable<readonly [name: string, value: string]>): Buffer {
  let text = '';
  for (const [name, value] of pairs) {
    if (name === '' || name.includes('\0') || value.includes('\0')) {
      throw new RangeError(`variable ${JSON.stringify(name)} has an empty name or contains NUL`);
    }
    text += `${name}\0${value}\0`;
  }
  return Buffer.from(text, 'latin1');
}

/** The value of the last pair of that name, or undefined. */
function valueIn(block: Buffer, index: readonly number[], name: string): string | undefined {
  for (let at = index.length - 3; at >= 0; at -= 3) {
    const start = index[at] ?? 0;
    const value = index[at + 1] ?? 0;
    if (value - 1 - start === name.length && isAt(block, start, name)) {
      return block.toString('latin1', value, index[at + 2]);
    }
  }
  return undefined;
}

function isAt(block: Buffer, start: number, name: string): boolean {
  for (let at = 0; at < name.length; at++) if (block[start + at] !== name.charCodeAt(at)) return false;
  return true;
}

function indexOf(block: Buffer): number[] {
  const index: number[] = [];
  let name = 0;
  let value = 0;
  for (let at = 0; at < block.length; at++) {
    if (block[at] !== 0) continue;
    if (value === 0) {
      value = at + 1;
    } else {
      index.push(name, value, at);
      name = at + 1;
      value = 0;
    }
  }
  return index;
}
