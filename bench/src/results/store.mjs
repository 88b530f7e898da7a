// results/latest.json: every round as measured. Tables are made from it and from nothing else.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadFile, saveFile } from './file.mjs';

const BENCH = fileURLToPath(new URL('../../', import.meta.url));
const FILE = 'latest.json';
const PAGE = `${BENCH}RESULTS.md`;
const PLOTS = `${BENCH}results/plots`;

/**
 * @typedef {object} MeasuredGroup
 * @property {string} run The date of its run.
 * @property {string} path
 * @property {string} workload
 * @property {number} processes
 * @property {number} connections
 * @property {import('../run/group.mjs').PeerResult[]} peers
 *
 * @typedef {object} Results
 * @property {import('./machine.mjs').Run[]} runs Those that a group or the microbenchmarks refer to.
 * @property {MeasuredGroup[]} groups
 * @property {{run: string, cases: import('../micro/run.mjs').CaseResult[]}} [micro]
 */

/** @returns {Results} */
export function loadResults() {
  return loadFile(FILE, { runs: [], groups: [] });
}

/** @param {Results} results */
export function saveResults(results) {
  saveFile(FILE, results);
}

/** Writes the page and its pictures. @param {string} markdown @param {Record<string, string>} plots By file name. */
export function writePage(markdown, plots) {
  writeFileSync(PAGE, markdown);
  rmSync(PLOTS, { recursive: true, force: true });
  mkdirSync(PLOTS, { recursive: true });
  for (const [name, svg] of Object.entries(plots)) writeFileSync(`${PLOTS}/${name}`, svg);
}

/**
 * Puts new groups in place of older ones of the same kind. A group is only ever compared within itself, so groups of
 * different runs may stand side by side; those of another machine are dropped.
 * @param {Results} results @param {import('./machine.mjs').Run} run @param {MeasuredGroup[]} groups @returns {Results}
 */
export function mergeGroups(results, run, groups) {
  const kept = onThisMachine(results, run);
  const isReplaced = (old) => groups.some((group) => keyOf(group) === keyOf(old));
  return pruned({ ...kept, groups: [...kept.groups.filter((old) => !isReplaced(old)), ...groups] });
}

/**
 * Puts new microbenchmarks in place of the older ones.
 * @param {Results} results @param {import('./machine.mjs').Run} run @param {import('../micro/run.mjs').CaseResult[]} cases
 * @returns {Results}
 */
export function mergeMicro(results, run, cases) {
  return pruned({ ...onThisMachine(results, run), micro: { run: run.date, cases } });
}

function keyOf({ path, workload, processes, connections }) {
  return [path, workload, processes, connections].join(' ');
}

function onThisMachine({ runs, groups, micro }, run) {
  const machine = nameOf(run.machine);
  const same = runs.filter((old) => old.date !== run.date && nameOf(old.machine) === machine);
  const isKept = (entry) => entry.run === run.date || same.some(({ date }) => date === entry.run);
  return { runs: [...same, run], groups: groups.filter(isKept), ...(micro && isKept(micro) && { micro }) };
}

/** What the kernel leaves of a machine's memory differs a little from one start to the next. */
function nameOf({ memoryBytes, ...machine }) {
  return JSON.stringify({ ...machine, gigabytes: Math.round(memoryBytes / 1e9) });
}

function pruned(results) {
  const used = new Set(
    [...results.groups, ...(results.micro ? [results.micro] : [])].map((entry) => entry.run),
  );
  return { ...results, runs: results.runs.filter(({ date }) => used.has(date)) };
}
