// Microbenchmarks: the codecs, and beside that of @sluice/fastcgi those of others on the same bytes, in turns.
import { measure } from 'mitata';
import { measureAllocations } from './allocation.mjs';
import { allCases } from './cases.mjs';
import { measurePython } from './wire.mjs';

const ROUNDS = 5;
const ROUND_MS = 400;

/**
 * The same work done twice.
 * @typedef {object} Case
 * @property {string} title
 * @property {'parsed' | 'built' | 'converted' | 'served'} verb
 * @property {string} unit
 * @property {string} [peer] Whose work `theirs` is. Default: fastcgi-stream.
 * @property {number} count Units in one call.
 * @property {number} [bytes] Bytes read and written in one call.
 * @property {() => number | Promise<number>} ours Does the work and returns how many units it did.
 * @property {() => number | Promise<number>} [theirs] Left out where there is nobody to compare with.
 *
 * @typedef {object} CaseResult
 * @property {string} title
 * @property {'parsed' | 'built' | 'converted' | 'served'} verb
 * @property {string} unit
 * @property {string} [peer]
 * @property {number} [bytesPerUnit]
 * @property {{ours: number[], theirs: number[]}} perSecond Units per second, one number for each round.
 * @property {{ours: number, theirs?: number}} [allocated] Bytes of memory taken for one unit.
 * @property {number[]} ratios Ours to theirs, round by round.
 */

/** Runs every case. @returns {Promise<CaseResult[]>} */
export async function runMicro() {
  const results = [];
  const allocations = measureAllocations();
  for (const each of allCases) {
    console.log(`${each.title} ...`);
    results.push({ ...(await runCase(each)), allocated: allocations[each.title] });
  }
  return [...results, ...measurePython()];
}

async function runCase({ title, verb, unit, peer = 'fastcgi-stream', count, bytes, ours, theirs }) {
  for (const work of [ours, ...(theirs ? [theirs] : [])]) {
    const done = await work();
    if (done !== count) throw new Error(`${title}: ${done} ${unit} instead of ${count}`);
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
    ...(theirs && { peer }),
    ...(bytes && { bytesPerUnit: bytes / count }),
    perSecond,
    ratios: perSecond.theirs.map((speed, round) => perSecond.ours[round] / speed),
  };
}

async function secondsPerCall(work) {
  const { avg } = await measure(work, { min_cpu_time: ROUND_MS * 1e6, gc: false });
  return avg / 1e9;
}
