// results/gate.json: every round of every scenario as measured. Page and pictures are made from it.
import { loadFile, rounded, saveFile } from '../../results/file.mjs';

const FILE = 'gate.json';

/**
 * @typedef {object} MeasuredScenario
 * @property {string} name
 * @property {string} run The date of its run.
 * @property {import('../../sizes.mjs').Size} size
 * @property {number} rounds
 * @property {{name: string, title: string, peers: import('../contest.mjs').ContestResult[]}[]} cases
 *
 * @typedef {object} GateResults
 * @property {import('../../results/machine.mjs').Run[]} runs
 * @property {MeasuredScenario[]} scenarios
 */

/** @returns {GateResults} */
export function loadGate() {
  return loadFile(FILE, { runs: [], scenarios: [] });
}

/** @param {GateResults} results */
export function saveGate(results) {
  saveFile(FILE, results, rounded);
}

/**
 * Puts a scenario in place of its former self. Scenarios are compared within themselves only, so runs may differ.
 * @param {GateResults} results @param {import('../../results/machine.mjs').Run} run @param {MeasuredScenario} measured
 * @returns {GateResults}
 */
export function mergeScenario(results, run, measured) {
  const scenarios = [...results.scenarios.filter(({ name }) => name !== measured.name), measured];
  const runs = [...results.runs.filter(({ date }) => date !== run.date), run];
  return { runs: runs.filter(({ date }) => scenarios.some((each) => each.run === date)), scenarios };
}
