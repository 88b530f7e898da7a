// One axis: every value on a stage of its own, all at once, taking turns round by round.
import { setTimeout as sleep } from 'node:timers/promises';
import { readPssBytes } from '../stage/proc.mjs';
import { Stage } from '../stage/stage.mjs';

const DEADLINE_MS = 60_000;
const POLL_MS = 50;
const WARM_REQUESTS = 30_000;
const WARM_SECONDS_MAX = 10;

/**
 * What one value cost, round by round.
 * @typedef {object} Point
 * @property {number} value
 * @property {string} [failed] Why it did not take part, or went no further.
 * @property {{perSecond: number, cpuUs: Record<string, number>, pssBytes: Record<string, number>}[]} rounds CPU time of
 *   each role for a request, or for a mebibyte.
 */

/**
 * @param {import('./axis.mjs').Axis} axis
 * @param {{size: import('../sizes.mjs').Size, rounds: number, seconds: number, signal: AbortSignal,
 *   generator: import('../gate/load/load.mjs').Generator, onRound: (point: Point) => void}} context
 * @returns {Promise<Point[]>}
 */
export async function measureAxis(axis, context) {
  const places = [];
  try {
    for (const value of axis.values[context.size]) {
      const place = { stage: new Stage(), point: { value, rounds: [] }, url: '' };
      places.push(place);
      await attempt(place, async () => {
        place.url = await axis.start(place.stage, value);
        await untilAnswered(place, axis, context.signal);
      });
    }
    for (let round = 1; round <= context.rounds; round++) {
      for (const place of places) {
        await attempt(place, () => runRound(axis, place, round, context));
        context.onRound(place.point);
      }
    }
    return places.map(({ point }) => point);
  } finally {
    await Promise.allSettled(places.map(({ stage }) => stage.close()));
  }
}

/** A value whose servers fail goes no further, with the reason in its result. */
async function attempt({ point, stage }, work) {
  if (point.failed !== undefined) return;
  try {
    await work();
  } catch (error) {
    point.failed = `${error.message}\n${stage.output()}`;
  }
}

async function untilAnswered({ stage, url, point: { value } }, axis, signal) {
  const probe = axis.unit === 'routes' || axis.unit === 'pools' ? `${url}part${value}/` : url;
  for (const deadline = performance.now() + DEADLINE_MS; ;) {
    signal.throwIfAborted();
    const status = await fetch(probe).then(
      (response) => response.arrayBuffer().then(() => response.status),
      () => undefined,
    );
    if (status === 200) return;
    if (stage.isBroken || performance.now() > deadline) throw new Error(`no answer, status ${status}`);
    await sleep(POLL_MS);
  }
}

async function runRound(axis, { stage, url, point }, round, { seconds, signal, generator }) {
  const { value } = point;
  const place = { url, value, round, signal, generator };
  await warmUp(axis, place);
  const before = cpuByRole(stage);
  const { requests, seconds: taken, failed } = await axis.load({ ...place, seconds });
  const after = cpuByRole(stage);
  if (failed !== '' || requests === 0) throw new Error(failed || `nothing was answered in ${seconds} s`);
  const units = axis.isPerByte ? (requests * value) / 2 ** 20 : requests;
  point.rounds.push({
    perSecond: units / taken,
    cpuUs: Object.fromEntries(
      Object.entries(after).map(([role, us]) => [role, (us - (before[role] ?? 0)) / units]),
    ),
    pssBytes: sumByRole(stage, ({ pid }) => readPssBytes(pid)),
  });
}

/** Code that is compiled as it runs has to have run: the same number of requests, however few there are in a second. */
async function warmUp(axis, place) {
  const wanted = place.round === 1 ? WARM_REQUESTS : 1;
  for (let requests = 0, seconds = 0; requests < wanted && seconds < WARM_SECONDS_MAX; seconds++) {
    requests += (await axis.load({ ...place, isWarmUp: true, seconds: 1 })).requests;
  }
}

const cpuByRole = (stage) => sumByRole(stage, ({ cpuUs }) => cpuUs);

function sumByRole(stage, valueOf) {
  const sums = {};
  for (const facts of stage.processes()) sums[facts.role] = (sums[facts.role] ?? 0) + valueOf(facts);
  return sums;
}
