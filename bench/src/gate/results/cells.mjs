// Numbers of rounds as cells of a table.
import { spreadOf } from '../../results/statistics.mjs';

/**
 * The spread of a number over rounds; Infinity stands for rounds in which there was none.
 * @param {readonly object[]} rounds @param {(round: any) => number | null | undefined} pick
 */
export function spreadOfRounds(rounds, pick) {
  return spreadOf(rounds.map((round) => pick(round) ?? Infinity));
}

/** `12.3 (11.9–12.8)`, a dash for what was none. */
export function cell(rounds, pick, format) {
  const spread = spreadOfRounds(rounds, pick);
  return spread === undefined ? '–' : spreadCell(spread, format);
}

/** The same from a spread; once where all rounds gave the same. */
export function spreadCell({ median, min, max }, format) {
  const text = (value) => (value === Infinity ? '–' : format(value));
  if (min === max) return text(median);
  return `${text(median)} (${text(min)}${max === Infinity ? ' to ' : '–'}${text(max)})`;
}

/** Milliseconds: digits as far as they say something. */
export const ms = (value) =>
  value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);

/** Milliseconds as seconds. */
export const seconds = (value) => (value / 1000).toFixed(2);

/** A share as percent. */
export const percent = (value) => (value * 100).toFixed(value < 0.1 ? 2 : 0);

/** What became of requests, all rounds together: `status 503: 12, gave up: 3`. */
export function othersText(rounds) {
  const sums = {};
  for (const { others } of rounds) {
    for (const [kind, count] of Object.entries(others)) sums[kind] = (sums[kind] ?? 0) + count;
  }
  const text = Object.entries(sums)
    .filter(([kind]) => kind !== 'unfinished')
    .map(([kind, count]) => `${kind}: ${count.toLocaleString('en-US')}`);
  return text.join(', ') || 'none';
}
