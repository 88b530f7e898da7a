// Owns the request's CGI variables: latin-1 bytes, `name NUL value NUL ...`, decoded only where asked.

type Pair = readonly [name: string, value: string];

const NONE: readonly Pair[] = [];
const NO_CUTS: readonly number[] = [];

/**
 * The CGI variables of a request (RFC 3875 section 4.1) in the encoding of SCGI.
 *
 * Immutable, and made of two blocks: what the front received, which is never copied, so that whoever passes it in must
 * not change it afterwards; and what the gateway set, which replaces variables of the same name. Where a web server
 * sent a name more than once all occurrences stay, because of repeated headers; `get` finds the last one.
 */
export class Variables {
  /** What the front received. */
  readonly block: Buffer;
  /** Offsets of all pairs of `block`, three numbers each: name, value, end of value. */
  #index: number[] | null;
  /** What the gateway set: a few pairs at most. */
  #added: readonly Pair[] = NONE;
  #addedBytes = 0;
  /** The parts of `block` that do not count any more, start and end of each, in order. */
  #cuts: readonly number[] = NO_CUTS;
  #cutBytes = 0;

  /** @param index the offsets of the block's pairs, if they are known; otherwise they are looked for when needed */
  constructor(block: Buffer, index: number[] | null = null) {
    this.block = block;
    this.#index = index;
  }

  /** Encodes pairs of latin-1 strings. Throws a RangeError if a name is empty or anything contains NUL. */
  static from(pairs: Iterable<Pair>): Variables {
    let text = '';
    const index: number[] = [];
    for (const pair of pairs) {
      const [name, value] = pair;
      const start = text.length;
      index.push(start, start + name.length + 1, start + checked(pair) - 1);
      text += `${name}\0${value}\0`;
    }
    return new Variables(Buffer.from(text, 'latin1'), index);
  }

  /** Bytes that `writeInto` writes. */
  get byteLength(): number {
    return this.block.length - this.#cutBytes + this.#addedBytes;
  }

  /** Writes all variables as one block and returns where it ends in `target`. */
  writeInto(target: Buffer, at: number): number {
    let from = 0;
    for (let cut = 0; cut < this.#cuts.length; cut += 2) {
      const to = this.#cuts[cut] ?? 0;
      target.set(this.block.subarray(from, to), at);
      at += to - from;
      from = this.#cuts[cut + 1] ?? 0;
    }
    target.set(from === 0 ? this.block : this.block.subarray(from), at);
    at += this.block.length - from;
    for (const [name, value] of this.#added) at += target.write(`${name}\0${value}\0`, at, 'latin1');
    return at;
  }

  /** The value of a variable as a latin-1 string, or undefined if it is absent. */
  get(name: string): string | undefined {
    for (let at = this.#added.length - 1; at >= 0; at--) {
      const pair = this.#added[at];
      if (pair?.[0] === name) return pair[1];
    }
    return valueIn(this.block, this.#offsets(), name);
  }

  /**
   * All variables, decoded as latin-1, each name once, in no particular order. Headers that were sent more than once are
   * joined as RFC 9110 section 5.3 says, cookies by semicolons; of other variables the last one counts.
   */
  entries(): MapIterator<[name: string, value: string]> {
    const map = new Map<string, string>();
    const index = this.#offsets();
    for (let at = 0; at < index.length; at += 3) {
      const start = index[at + 1] ?? 0;
      const name = this.block.toString('latin1', index[at], start - 1);
      const value = this.block.toString('latin1', start, index[at + 2]);
      const before = name.startsWith('HTTP_') ? map.get(name) : undefined;
      const glue = name === 'HTTP_COOKIE' ? '; ' : ', ';
      map.set(name, before === undefined ? value : `${before}${glue}${value}`);
    }
    for (const [name, value] of this.#added) map.set(name, value);
    return map.entries();
  }

  /** The same variables with each name once, as `entries` gives them, for those who know no repeated ones. */
  joined(): Variables {
    return this.#hasRepeated() ? Variables.from(this.entries()) : this;
  }

  /** The same variables with some set, by latin-1 strings. Throws a RangeError as `from` does. */
  with(changes: Readonly<Record<string, string>>): Variables {
    const changed = new Variables(this.block, this.#offsets());
    const names = Object.keys(changes);
    const added: Pair[] = [];
    for (const pair of this.#added) if (!names.includes(pair[0])) added.push(pair);
    for (const name of names) added.push([name, changes[name] ?? '']);
    for (const pair of added) changed.#addedBytes += checked(pair);
    changed.#added = added;
    changed.#cut(this.#cuts, names);
    return changed;
  }

  /** The same variables with one more. It stands behind all others and so counts; cheaper than `with`. */
  plus(name: string, value: string): Variables {
    const more = new Variables(this.block, this.#index);
    const pair = [name, value] as const;
    more.#added = [...this.#added, pair];
    more.#addedBytes = this.#addedBytes + checked(pair);
    more.#cuts = this.#cuts;
    more.#cutBytes = this.#cutBytes;
    return more;
  }

  /** The same variables without some. This one copies; it is for what should not have come. */
  without(...names: readonly string[]): Variables {
    return Variables.from([...this.entries()].filter(([name]) => !names.includes(name)));
  }

  /** Takes the pairs of these names out of the block, besides those that are out already. */
  #cut(cuts: readonly number[], names: readonly string[]): void {
    const index = this.#offsets();
    const found: number[] = [];
    for (let at = 0; at < index.length; at += 3) {
      const start = index[at] ?? 0;
      const end = (index[at + 2] ?? 0) + 1;
      if (!isCut(cuts, start) && !isOneOf(this.block, start, (index[at + 1] ?? 0) - 1, names)) continue;
      found.push(start, end);
      this.#cutBytes += end - start;
    }
    this.#cuts = found;
  }

  #hasRepeated(): boolean {
    const { block } = this;
    const index = this.#offsets();
    for (let at = 3; at < index.length; at += 3) {
      const start = index[at] ?? 0;
      const length = (index[at + 1] ?? 0) - start;
      for (let other = 0; other < at; other += 3) {
        const otherStart = index[other] ?? 0;
        if ((index[other + 1] ?? 0) - otherStart !== length) continue;
        if (isCut(this.#cuts, start) || isCut(this.#cuts, otherStart)) continue;
        if (block.compare(block, otherStart, otherStart + length, start, start + length) === 0) return true;
      }
    }
    return this.#added.some(([name]) => this.#isInBlock(name));
  }

  #isInBlock(name: string): boolean {
    const index = this.#offsets();
    for (let at = 0; at < index.length; at += 3) {
      const start = index[at] ?? 0;
      if (isName(this.block, start, (index[at + 1] ?? 0) - 1, name) && !isCut(this.#cuts, start)) return true;
    }
    return false;
  }

  #offsets(): number[] {
    this.#index ??= indexOf(this.block);
    return this.#index;
  }
}

/** Whether one of the cuts, pairs of start and end, begins there. */
function isCut(cuts: readonly number[], start: number): boolean {
  for (let at = 0; at < cuts.length; at += 2) if (cuts[at] === start) return true;
  return false;
}

/** Bytes of a pair in a block. Throws if it cannot stand in one. */
function checked([name, value]: Pair): number {
  if (name === '' || name.includes('\0') || value.includes('\0')) {
    throw new RangeError(`variable ${JSON.stringify(name)} has an empty name or contains NUL`);
  }
  return name.length + value.length + 2;
}

/** The value of the last pair of that name, or undefined. */
function valueIn(block: Buffer, index: readonly number[], name: string): string | undefined {
  for (let at = index.length - 3; at >= 0; at -= 3) {
    const value = index[at + 1] ?? 0;
    if (isName(block, index[at] ?? 0, value - 1, name)) return block.toString('latin1', value, index[at + 2]);
  }
  return undefined;
}

function isOneOf(block: Buffer, start: number, end: number, names: readonly string[]): boolean {
  for (const name of names) if (isName(block, start, end, name)) return true;
  return false;
}

function isName(block: Buffer, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
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
