// What Sluice promises about cost as load grows, and whether the results keep it.
import { hundredths, spreadText, whole } from '../results/markdown.mjs';
import { spreadOf } from '../results/statistics.mjs';
import { allAxes } from './axes/all.mjs';

/** A step beyond this is no noise any more. */
const STEP_MAX = 1.25;
/** What noise takes from the throughput, and no more. */
const STEADY_MIN = 0.95;
const FIRST_ANSWER_MAX_MS = 400;
const WORKER_MAX = 1.2;

/** Judges every goal. @param {import('./store.mjs').ScalingResults} results @returns {import('../results/goals.mjs').Verdict[]} */
export function judgeScaling({ axes, footprint }) {
  return [
    ...allAxes.map((axis) => flatness(axis, axes)),
    ...allAxes.filter((axis) => axis.hasSteadyThroughput).map((axis) => steadiness(axis, axes)),
    ...footprintGoals(footprint),
  ];
}

/**
 * How much dearer a request is in the gateway at the largest value than at the cheapest one, round by round. Small bodies
 * are left out: with them a mebibyte is many requests.
 */
export function costOfGrowth({ isPerByte }, points) {
  const counted = points.filter(({ rounds, value }) => rounds.length > 0 && (!isPerByte || value >= 2 ** 20));
  const costs = (point) => point.rounds.map(({ cpuUs }) => cpuUs.gateway);
  const least = Math.min(...counted.map((point) => spreadOf(costs(point)).median));
  const last = counted.at(-1);
  return last && spreadOf(costs(last).map((cost) => cost / least));
}

function flatness(axis, axes) {
  const points = axes.find(({ name }) => name === axis.name)?.points ?? [];
  const isComplete = points.length > 0 && points.every(({ failed }) => failed === undefined);
  const spread = isComplete ? costOfGrowth(axis, points) : undefined;
  const most = axis.values.full.at(-1);
  return {
    goal: `${axis.title}: CPU of the gateway ${axis.isPerByte ? 'for each MiB' : 'per request'} at ${whole(most)}, against the cheapest`,
    wanted: `≤ ${STEP_MAX}`,
    measured: points.length > 0 && !isComplete ? 'failed' : spreadText(spread, hundredths),
    isMet: points.length === 0 ? undefined : spread !== undefined && spread.median <= STEP_MAX,
  };
}

/** Requests a second at the largest value against those at the smallest, round by round. */
function steadiness(axis, axes) {
  const points = axes.find(({ name }) => name === axis.name)?.points ?? [];
  const [first, last] = [points.at(0), points.at(-1)];
  const rounds = Math.min(first?.rounds.length ?? 0, last?.rounds.length ?? 0);
  const ratios = Array.from(
    { length: rounds },
    (_, round) => last.rounds[round].perSecond / first.rounds[round].perSecond,
  );
  const spread = ratios.length > 0 ? spreadOf(ratios) : undefined;
  return {
    goal: `${axis.title}: requests/s at ${whole(axis.values.full.at(-1))}, against ${whole(axis.values.full[0])}`,
    wanted: `≥ ${STEADY_MIN}`,
    measured: points.length > 0 && !spread ? 'failed' : spreadText(spread, hundredths),
    isMet: points.length === 0 ? undefined : spread !== undefined && spread.median >= STEADY_MIN,
  };
}

function footprintGoals(footprint) {
  const first = footprint && spreadOf(footprint.firstAnswerMs);
  const worker =
    footprint && spreadOf(footprint.workerBytes.map((bytes, at) => bytes / footprint.bareBytes[at]));
  return [
    {
      goal: 'from the start to the first answer, ms',
      wanted: `< ${FIRST_ANSWER_MAX_MS}`,
      measured: spreadText(first, whole),
      isMet: first && first.median < FIRST_ANSWER_MAX_MS,
    },
    {
      goal: 'resident memory of a worker against python3 with the same application',
      wanted: `< ${WORKER_MAX}`,
      measured: spreadText(worker, hundredths),
      isMet: worker && worker.median < WORKER_MAX,
    },
  ];
}
