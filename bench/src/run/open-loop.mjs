// The open load: requests come when they are due, whether earlier ones have been answered or not, so that waiting shows.
import { summary } from '../gate/numbers.mjs';

/**
 * Latencies at a rate that every peer can serve, in milliseconds; null where so many were not served.
 * @typedef {object} OpenLoop
 * @property {number} perSecond
 * @property {number | null} p50Ms
 * @property {number | null} p99Ms
 * @property {number | null} p999Ms
 */

/**
 * @param {import('../gate/load/load.mjs').Generator} generator
 * @param {import('./wrk.mjs').Load} load With `workload.openPerSecond`, a GET without further headers.
 * @param {{round: number, signal: AbortSignal}} options The same round brings the same requests at the same times.
 * @returns {Promise<OpenLoop>}
 */
export async function runOpenLoop(generator, { url, workload, seconds }, { round, signal }) {
  const perSecond = workload.openPerSecond;
  const classes = [{ path: '/', rates: [[perSecond, seconds * 1000]], giveUp: 5000 }];
  const { requests } = await generator.run(url, classes, { seed: round, signal });
  const { p50Ms, p99Ms, p999Ms } = summary(requests);
  return { perSecond, p50Ms, p99Ms, p999Ms };
}
