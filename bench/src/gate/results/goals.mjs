// What Sluice promises about queues, and whether the results of the gate keep it.
import { hundredths, megabytes, whole } from '../../results/markdown.mjs';
import { spreadOf } from '../../results/statistics.mjs';
import { ms, seconds, spreadCell, spreadOfRounds } from './cells.mjs';

/** @typedef {(gate: import('./store.mjs').GateResults) => import('../../results/goals.mjs').Verdict} GateGoal */

const OURS = 'sluice';
/** How far from a limit counts as at it: the load generator and the kernel need time too. */
const AT_THE_DEADLINE_MS = 1050;
const RISE_MAX_BYTES = 32e6;
const GROWTH_MAX_BYTES = 2e6;

/** @type {readonly GateGoal[]} */
const goals = [
  bestRatio('quick requests beside 3 slow ones on 4 lanes: 99th percentile against the best peer', 1.2),
  ...['4', '40'].map((slow) =>
    limit(
      `quick requests while ${slow} slow ones want all 4 lanes, 1,024 places: 99th percentile, ms`,
      { scenario: 'head-of-line', case: slow, peer: 'sluice-long' },
      { pick: ({ p99Ms }) => p99Ms, below: 50, format: ms },
    ),
  ),
  limit(
    'three times capacity: served in time, share of capacity',
    { scenario: 'overload' },
    {
      pick: ({ servedPerSecond, capacity }) => servedPerSecond / capacity,
      least: 0.95,
      format: hundredths,
    },
  ),
  limit(
    'three times capacity: seconds until normal again',
    { scenario: 'overload' },
    { pick: ({ normalAfterMs }) => normalAfterMs, most: 1000, format: seconds },
  ),
  ...['sluice', 'sluice-second'].flatMap((peer) => crowdGoals(peer)),
  limit(
    '500 clients, 1,024 places for 1 s: refused after, 99th percentile, ms',
    { scenario: 'crowd', peer: 'sluice-second' },
    { pick: ({ refusedP99Ms }) => refusedP99Ms, most: AT_THE_DEADLINE_MS, format: ms },
  ),
  ...['sluice', 'sluice-http'].map((peer) =>
    limit(
      `200 slow clients ${peer === 'sluice' ? 'behind nginx' : 'without a web server'}: normal requests served, against alone`,
      { scenario: 'slow-clients', peer },
      {
        pick: ({ alone, beside }) => beside.servedPerSecond / alone.servedPerSecond,
        least: 0.97,
        format: hundredths,
      },
    ),
  ),
  limit(
    'a reload every 2 s under load: failed requests',
    { scenario: 'turnover', case: 'reload' },
    { pick: ({ failed }) => failed, most: 0, format: whole },
  ),
  limit(
    'a worker killed every second under load: failed requests for each',
    { scenario: 'turnover', case: 'kill' },
    { pick: ({ failed, turns }) => failed / turns, most: 1, format: hundredths },
  ),
  limit(
    'one million requests: growth of the gateway, MB',
    { scenario: 'million' },
    { pick: growth, most: GROWTH_MAX_BYTES, format: megabytes },
  ),
  limit(
    'one million requests: further descriptors and processes',
    { scenario: 'million' },
    { pick: furtherThings, most: 0, format: whole },
  ),
  gigabyteRise,
];

/** Judges every goal of the gate. @param {import('./store.mjs').GateResults} gate */
export function judgeGate(gate) {
  return goals.map((goal) => goal(gate));
}

/** @returns {GateGoal} */
function limit(goal, where, { pick, below, most, least, format }) {
  return (gate) => {
    const spread = spreadOfRounds(roundsOf(gate, where), pick);
    const isKept = ({ median }) =>
      below !== undefined ? median < below : most !== undefined ? median <= most : median >= least;
    const sign = below !== undefined ? '<' : most !== undefined ? '≤' : '≥';
    return {
      goal,
      wanted: `${sign} ${format(below ?? most ?? least)}`,
      measured: measuredText(spread, format),
      isMet: spread && isKept(spread),
    };
  };
}

function measuredText(spread, format) {
  return spread ? spreadCell(spread, format) : '–';
}

function crowdGoals(peer) {
  const name = peer === 'sluice' ? 'as it comes' : '1,024 places for 1 s';
  return [
    limit(
      `500 clients, ${name}: served, share of capacity`,
      { scenario: 'crowd', peer },
      {
        pick: ({ servedPerSecond, capacity }) => servedPerSecond / capacity,
        least: 0.95,
        format: hundredths,
      },
    ),
    limit(
      `500 clients, ${name}: seconds until normal again`,
      { scenario: 'crowd', peer },
      { pick: ({ normalAfterMs }) => normalAfterMs, most: 1000, format: seconds },
    ),
  ];
}

/** Against the best of the others, round by round. @returns {GateGoal} */
function bestRatio(goal, factor) {
  return ({ scenarios }) => {
    const theCase = caseOf(scenarios, { scenario: 'head-of-line', case: '3' });
    const ours = theCase?.peers.find(({ name }) => name === OURS)?.rounds ?? [];
    const others = theCase?.peers.filter(({ name }) => !name.startsWith(OURS)) ?? [];
    const ratios = ours.flatMap(({ p99Ms }, round) => {
      const best = Math.min(...others.map(({ rounds }) => rounds[round]?.p99Ms ?? Infinity));
      return best === Infinity ? [] : [(p99Ms ?? Infinity) / best];
    });
    const spread = spreadOf(ratios);
    return {
      goal,
      wanted: `≤ ${factor}`,
      measured: measuredText(spread, hundredths),
      isMet: spread && spread.median <= factor,
    };
  };
}

/** Between the third of the samples after the warm-up and the last third. */
function growth({ samples }) {
  const middle = (from, to) =>
    spreadOf(samples.slice(from, to).map(({ residentBytes }) => residentBytes)).median;
  return middle(-3) - middle(2, 5);
}

function furtherThings({ samples }) {
  const last = samples.at(-1);
  const warm = samples[2];
  return Math.max(0, last.descriptors - warm.descriptors, last.children - warm.children);
}

/** @type {GateGoal} */
function gigabyteRise({ scenarios }) {
  const cases = scenarios.find(({ name }) => name === 'gigabyte')?.cases ?? [];
  const rounds = cases.flatMap(({ peers }) => peers.flatMap((peer) => peer.rounds));
  const rise = Math.max(...rounds.map(({ riseBytes, isWhole }) => (isWhole ? riseBytes : Infinity)));
  return {
    goal: '1 GB up and down, over HTTP, FastCGI and AJP: largest rise of memory of the gateway, MB',
    wanted: `< ${megabytes(RISE_MAX_BYTES)}`,
    measured: rounds.length === 0 ? '–' : megabytes(rise),
    isMet: rounds.length === 0 ? undefined : rise < RISE_MAX_BYTES,
  };
}

function roundsOf({ scenarios }, { peer = OURS, ...where }) {
  return caseOf(scenarios, where)?.peers.find(({ name }) => name === peer)?.rounds ?? [];
}

function caseOf(scenarios, { scenario, case: caseName }) {
  const cases = scenarios.find(({ name }) => name === scenario)?.cases;
  return caseName === undefined ? cases?.[0] : cases?.find(({ name }) => name === caseName);
}
