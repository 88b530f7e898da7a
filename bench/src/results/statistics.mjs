// Numbers of several rounds as one: the median, and how far the rounds lay apart.

/** @typedef {{median: number, min: number, max: number}} Spread */

/** The spread of some numbers; undefined for none. @param {readonly number[]} values @returns {Spread | undefined} */
export function spreadOf(values) {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/** The rounds that count. @param {import('../run/group.mjs').PeerResult} peer */
export function validRounds(peer) {
  return peer.rounds.filter(({ invalid }) => invalid === undefined);
}

/**
 * The spread of a number over the valid rounds.
 * @param {import('../run/group.mjs').PeerResult} peer
 * @param {(round: import('../run/round.mjs').Round) => number | undefined} pick
 */
export function spreadOver(peer, pick) {
  return spreadOf(validRounds(peer).flatMap((round) => pick(round) ?? []));
}

/**
 * The spread of `one / other`, taken round by round: the peers of one round ran within seconds of each other, so what
 * slowed the machine down slowed both.
 * @param {import('../run/group.mjs').PeerResult} one @param {import('../run/group.mjs').PeerResult} other
 * @param {(round: import('../run/round.mjs').Round) => number | undefined} pick
 */
export function ratioOver(one, other, pick) {
  const others = new Map(validRounds(other).map((round) => [round.round, pick(round)]));
  return spreadOf(
    validRounds(one).flatMap((round) => {
      const value = pick(round);
      const against = others.get(round.round);
      return value === undefined || against === undefined ? [] : [value / against];
    }),
  );
}
