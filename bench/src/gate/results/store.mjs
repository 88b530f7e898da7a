// results/gate.json: every round of every scenario as measured. Page and pictures are made from it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BENCH = fileURLToPath(new URL('../../../', import.meta.url));
const FILE = `${BENCH}results/gate.json`;

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
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : { runs: [], scenarios: [] };
}

/** @param {GateResults} results */
export function saveGate(results) {
  mkdirSync(`${BENCH}results`, { recursive: true });
  const digits = (_key, value) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value);
  writeFileSync(FILE, `${JSON.stringify(results, digits, 1)}\n`);
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
