// A small seeded generator, so that a fuzz run can be repeated from the seed it printed.

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to, not including, `end` (mulberry32). */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }
}

const INTERESTING = [
  0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 0x0d, 0x0e, 0x12, 0x34, 0x41, 0x42, 0x7f, 0x80, 0xa0, 0xfe, 0xff,
] as const;

/** Changes valid bytes a little: flipped, replaced, cut out, doubled or shortened. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let mutant = Buffer.from(bytes);
  for (let count = 1 + random.below(4); count > 0 && mutant.length > 0; count--) {
    const at = random.below(mutant.length);
    const end = Math.min(mutant.length, at + 1 + random.below(16));
    switch (random.below(6)) {
      case 0:
        mutant[at] = random.pick(INTERESTING);
        break;
      case 1:
        mutant[at] = (mutant[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 2:
        mutant[at] = (mutant[at] ?? 0) + random.pick([1, -1]);
        break;
      case 3:
        mutant = Buffer.concat([mutant.subarray(0, at), mutant.subarray(end)]);
        break;
      case 4:
        mutant = Buffer.concat([mutant.subarray(0, end), mutant.subarray(at)]);
        break;
      default:
        mutant = mutant.subarray(0, at);
    }
  }
  return mutant;
}
