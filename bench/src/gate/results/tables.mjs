// The tables of the scenarios: which numbers, in which order.
import { megabytes, table, whole } from '../../results/markdown.mjs';
import { cell, ms, othersText, percent, seconds } from './cells.mjs';

const tenths = (value) => value.toFixed(1);

/** A column: its head, and its cell from the rounds of a peer. */
const column = (head, pick, format) => ({ head, cell: (rounds) => cell(rounds, pick, format) });

/** Columns by scenario, for those that compare peers. */
const COLUMNS = {
  'head-of-line': [
    column('p50 ms', ({ p50Ms }) => p50Ms, ms),
    column('p99 ms', ({ p99Ms }) => p99Ms, ms),
    column('p99.9 ms', ({ p999Ms }) => p999Ms, ms),
    column('not served %', ({ count, served }) => 1 - served / count, percent),
    column('quick ones due/s', ({ quickPerSecond }) => quickPerSecond, whole),
    column('slow ones served/s', ({ slowPerSecond }) => slowPerSecond, tenths),
  ],
  overload: [
    column('capacity/s', ({ capacity }) => capacity, whole),
    column('served in time/s', ({ servedPerSecond }) => servedPerSecond, whole),
    column('their p50 ms', ({ servedP50Ms }) => servedP50Ms, ms),
    column('p99 ms', ({ servedP99Ms }) => servedP99Ms, ms),
    column('p99 ms before', ({ normalP99Ms }) => normalP99Ms, ms),
    column('normal again, s', ({ normalAfterMs }) => normalAfterMs, seconds),
    column('work for nobody %', ({ executed, taken }) => 1 - taken / executed, percent),
    { head: 'not served', cell: othersText },
  ],
  crowd: [
    column('capacity/s', ({ capacity }) => capacity, whole),
    column('served/s', ({ servedPerSecond }) => servedPerSecond, whole),
    column('their p50 ms', ({ servedP50Ms }) => servedP50Ms, ms),
    column('p99 ms', ({ servedP99Ms }) => servedP99Ms, ms),
    column('refused/s', ({ refusedPerSecond }) => refusedPerSecond, whole),
    column('refused after ms, p99', ({ refusedP99Ms }) => refusedP99Ms, ms),
    column('normal again, s', ({ normalAfterMs }) => normalAfterMs, seconds),
  ],
  'slow-clients': [
    column('p50 ms: alone', ({ alone }) => alone.p50Ms, ms),
    column('beside', ({ beside }) => beside.p50Ms, ms),
    column('p99 ms: alone', ({ alone }) => alone.p99Ms, ms),
    column('beside', ({ beside }) => beside.p99Ms, ms),
    column('served/s: alone', ({ alone }) => alone.servedPerSecond, whole),
    column('beside', ({ beside }) => beside.servedPerSecond, whole),
    column('slow ones that get bytes', ({ slowWithAnswer }) => slowWithAnswer, whole),
    column('that fail', ({ slowFailed }) => slowFailed, whole),
  ],
  turnover: [
    column('times', ({ turns }) => turns, whole),
    column('requests', ({ count }) => count, whole),
    column('failed', ({ failed }) => failed, whole),
    column('sent again', ({ retried }) => retried, whole),
    column('p50 ms', ({ p50Ms }) => p50Ms, ms),
    column('p99 ms', ({ p99Ms }) => p99Ms, ms),
    column('max ms', ({ maxMs }) => maxMs, ms),
    { head: 'how they failed', cell: othersText },
  ],
  gigabyte: [
    column('rise MB', ({ riseBytes }) => riseBytes, megabytes),
    column('before MB', ({ beforeBytes }) => beforeBytes, megabytes),
    column('seconds', ({ seconds: taken }) => taken, tenths),
    { head: 'complete', cell: (rounds) => (rounds.every(({ isWhole }) => isWhole) ? 'yes' : 'no') },
  ],
};

/** The table of one case. @param {string} scenario @param {{peers: import('../contest.mjs').ContestResult[]}} theCase */
export function caseTable(scenario, { peers }) {
  if (scenario === 'million') return sampleTable(peers);
  const columns = COLUMNS[scenario];
  return table(
    ['peer', ...columns.map(({ head }) => head)],
    peers.map(({ label, rounds }) => [
      label,
      ...columns.map((each) => (rounds.length === 0 ? '–' : each.cell(rounds))),
    ]),
  );
}

function sampleTable(peers) {
  const samples = peers.flatMap(({ rounds }) => rounds.at(-1)?.samples ?? []);
  return table(
    ['requests', 'resident MB', 'proportional MB', 'descriptors', 'workers', 'their MB'],
    samples.map((sample) => [
      whole(sample.requests),
      (sample.residentBytes / 1e6).toFixed(1),
      (sample.pssBytes / 1e6).toFixed(1),
      whole(sample.descriptors),
      whole(sample.children),
      (sample.workersPssBytes / 1e6).toFixed(1),
    ]),
  );
}
