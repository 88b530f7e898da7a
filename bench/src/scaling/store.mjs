// results/scaling.json: every round of every axis as measured.
import { loadFile, rounded, saveFile } from '../results/file.mjs';

const FILE = 'scaling.json';

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
  return loadFile(FILE, { runs: [], axes: [] });
}

/** @param {ScalingResults} results */
export function saveScaling(results) {
  saveFile(FILE, results, rounded);
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
