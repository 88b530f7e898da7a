// One round of one peer: warm-up, then load between two readings of CPU time, then memory.
import { readPssBytes } from '../stage/proc.mjs';
import { runOpenLoop } from './open-loop.mjs';
import { runWrk } from './wrk.mjs';

/** Code that is compiled as it runs has to have run: so many requests, or so many seconds. */
const WARM_REQUESTS = 15_000;
const WARM_SECONDS_MAX = 5;

/**
 * What one round measured. With `invalid`, the reason, its numbers count for nothing.
 * @typedef {object} Round
 * @property {number} round
 * @property {string} [invalid]
 * @property {number} [requestsPerSecond]
 * @property {number} [p50Us]
 * @property {number} [p99Us]
 * @property {number} [p999Us]
 * @property {number} [maxUs]
 * @property {Partial<Record<import('../stage/child.mjs').Role, number>>} [cpuUs] Per request, user and system time.
 * @property {Partial<Record<import('../stage/child.mjs').Role, number>>} [pssBytes] After the load.
 * @property {import('./open-loop.mjs').OpenLoop} [open]
 */

/**
 * @param {import('../stage/stage.mjs').Stage} stage
 * @param {import('./wrk.mjs').Load} load
 * @param {import('../sizes.mjs').Pace & {round: number, signal: AbortSignal,
 *   generator?: import('../gate/load/load.mjs').Generator}} options Without a generator there is no open load.
 * @returns {Promise<Round>}
 */
export async function runRound(stage, load, { round, warmupSeconds, openSeconds, signal, generator }) {
  if (round === 1) await warmUp(load, signal);
  else if (warmupSeconds > 0) await runWrk({ ...load, seconds: warmupSeconds }, signal);
  const before = cpuByRole(stage);
  const report = await runWrk(load, signal);
  const after = cpuByRole(stage);
  const invalid = errorsOf(report, load);
  if (invalid !== undefined) return { round, invalid };
  const pssBytes = sumByRole(stage.processes(), ({ pid }) => readPssBytes(pid));
  const isOpenToo = load.workload.openPerSecond !== undefined && openSeconds > 0 && generator;
  return {
    round,
    requestsPerSecond: report.requests / (report.durationUs / 1e6),
    p50Us: report.p50Us,
    p99Us: report.p99Us,
    p999Us: report.p999Us,
    maxUs: report.maxUs,
    cpuUs: mapValues(after, (us, role) => (us - (before[role] ?? 0)) / report.requests),
    pssBytes,
    ...(isOpenToo && {
      open: await runOpenLoop(generator, { ...load, seconds: openSeconds }, { round, signal }),
    }),
  };
}

async function warmUp(load, signal) {
  for (let requests = 0, seconds = 0; requests < WARM_REQUESTS && seconds < WARM_SECONDS_MAX; seconds++) {
    requests += (await runWrk({ ...load, seconds: 1 }, signal)).requests;
  }
}

const cpuByRole = (stage) => sumByRole(stage.processes(), ({ cpuUs }) => cpuUs);

/** Why the load failed. Every answer has to be there and complete: the first one was compared byte by byte. */
function errorsOf({ requests, bytes, errors }, { workload }) {
  const kinds = Object.entries(errors).filter(([, count]) => count > 0);
  if (kinds.length > 0) {
    return kinds.map(([kind, count]) => `${count} of ${requests} requests: ${kind} error`).join(', ');
  }
  if (requests === 0) return 'no request was answered';
  if (bytes < requests * workload.answer.length) return 'some answers were short';
  return undefined;
}

function sumByRole(processes, valueOf) {
  const sums = {};
  for (const facts of processes) sums[facts.role] = (sums[facts.role] ?? 0) + valueOf(facts);
  return sums;
}

function mapValues(object, valueOf) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, valueOf(value, key)]));
}
