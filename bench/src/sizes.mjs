// How much is measured: a look, what the goals need, or everything.

/**
 * @typedef {'quick' | 'short' | 'full'} Size
 *   quick: two minutes, stored nowhere; short: what the goals speak of and hello on every path, in about half an hour; full: everything, in four hours.
 *
 * @typedef {object} Pace
 * @property {Size} size
 * @property {number} rounds
 * @property {number} seconds Of each round under closed load.
 * @property {number} openSeconds Of each round under open load, where the workload has one.
 * @property {number} warmupSeconds Before each round; 0: before the first one only.
 */

/** @type {Readonly<Record<Size, Pace>>} */
export const PACES = {
  quick: { size: 'quick', rounds: 2, seconds: 1, openSeconds: 0, warmupSeconds: 0 },
  short: { size: 'short', rounds: 4, seconds: 2, openSeconds: 1, warmupSeconds: 1 },
  full: { size: 'full', rounds: 5, seconds: 5, openSeconds: 5, warmupSeconds: 1 },
};

/** @type {readonly Size[]} */
export const SIZES = ['quick', 'short', 'full'];

/** A size by its name. Throws for another. @param {string} name @returns {Size} */
export function readSize(name) {
  const size = SIZES.find((each) => each === name);
  if (size === undefined) throw new Error(`--size ${name}: known are ${SIZES.join(', ')}`);
  return size;
}
