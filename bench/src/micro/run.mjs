// Microbenchmarks: the codecs, and beside that of @sluice/fastcgi that of fastcgi-stream on the same bytes, in turns.
import { measure } from 'mitata';
import { ajp } from './ajp.mjs';
import { build } from './build.mjs';
import { parse } from './parse.mjs';
import { variables } from './variables.mjs';

const ROUNDS = 5;
const ROUND_MS = 400;

/**
 * The same work done twice.
 * @typedef {object} Case
 * @property {string} title
 * @property {'parsed' | 'built' | 'converted'} verb
 * @property {string} unit
 * @property {number} count Units in one call.
 * @property {() => number} ours Does the work and returns how many units it did.
 * @property {() => number} [theirs] Left out where there is nobody to compare with.
 *
 * @typedef {object} CaseResult
 * @property {string} title
 * @property {'parsed' | 'built' | 'converted'} verb
 * @property {string} unit
 * @property {{ours: number[], theirs: number[]}} perSecond Units per second, one number for each round.
 * @property {number[]} ratios Ours to theirs, round by round.
 */

/** Runs every case. @returns {Promise<CaseResult[]>} */
export async function runMicro() {
  const results = [];
  for (const each of [...parse, ...build, ...variables, ...ajp]) {
    console.log(`${each.title} ...`);
    results.push(await runCase(each));
  }
  return results;
}

async function runCase({ title, verb, unit, count, ours, theirs }) {
  for (const work of [ours, ...(theirs ? [theirs] : [])]) {
    if (work() !== count) throw new Error(`${title}: ${work()} ${unit} instead of ${count}`);
  }
  const perSecond = { ours: [], theirs: [] };
  for (let round = 0; round < ROUNDS; round++) {
    perSecond.ours.push(count / (await secondsPerCall(ours)));
    if (theirs) perSecond.theirs.push(count / (await secondsPerCall(theirs)));
  }
  return {
    title,
    verb,
    unit,
    perSecond,
    ratios: perSecond.theirs.map((speed, round) => perSecond.ours[round] / speed),
  };
}

async function secondsPerCall(work) {
  const { avg } = await measure(work, { min_cpu_time: ROUND_MS * 1e6, gc: false });
  return avg / 1e9;
}
