// results/scaling.json: every round of every axis as measured.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BENCH = fileURLToPath(new URL('../../', import.meta.url));
const FILE = `${BENCH}results/scaling.json`;

/**
 * @typedef {object} MeasuredAxis
 * @property {string} name
 * @property {string} run The date of its run.
 * @property {import('./measure.mjs').Point[]} points
 *
 * @typedef {object} ScalingResults
 * @property {import('../results/machine.mjs').Run[]} runs
 * @property {MeasuredAxis[]} axes
 * @property {import('./footprint.mjs').Footprint & {run: string}} [footprint]
 */

/** @returns {ScalingResults} */
export function loadScaling() {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : { runs: [], axes: [] };
}

/** @param {ScalingResults} results */
export function saveScaling(results) {
  mkdirSync(`${BENCH}results`, { recursive: true });
  const digits = (_key, value) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value);
  writeFileSync(FILE, `${JSON.stringify(results, digits, 1)}\n`);
}

/**
 * Puts what was measured in place of its former self.
 * @param {ScalingResults} results @param {import('../results/machine.mjs').Run} run
 * @param {{axis?: MeasuredAxis, footprint?: import('./footprint.mjs').Footprint}} measured @returns {ScalingResults}
 */
export function mergeScaling(results, run, { axis, footprint }) {
  const axes = axis ? [...results.axes.filter(({ name }) => name !== axis.name), axis] : results.axes;
  const kept = footprint ? { ...footprint, run: run.date } : results.footprint;
  const used = new Set([...axes, ...(kept ? [kept] : [])].map((each) => each.run));
  const runs = [...results.runs.filter(({ date }) => date !== run.date), run];
  return { runs: runs.filter(({ date }) => used.has(date)), axes, ...(kept && { footprint: kept }) };
}
