// "The gate" in RESULTS.md, and the same tables on the terminal: pure functions of the stored results.
import { whole } from '../../results/markdown.mjs';
import { spreadOf } from '../../results/statistics.mjs';
import { allScenarios } from '../scenarios/all.mjs';
import { ms } from './cells.mjs';
import { caseTable } from './tables.mjs';

const INTRODUCTION = `Load comes from a generator that sends requests when they are due, whether earlier ones have been answered or not, and
counts latency from that moment. Arrival times are random and the same for all peers of a round. Every server runs four
processes of one thread, and all peers of a table are up at once and take turns. Numbers are medians of the rounds, with the lowest
and the highest in parentheses. What was started is listed at the end.`;

const PICTURES = {
  'head-of-line': '![Latency of quick requests beside slow ones](../docs/pictures/gate-head-of-line.svg)',
  overload: '![Requests served in time during and after an overload](../docs/pictures/gate-overload.svg)',
};

/** All of it; nothing if nothing was measured. @param {import('./store.mjs').GateResults} gate @returns {string[]} */
export function gateSection({ runs, scenarios }) {
  if (scenarios.length === 0) return [];
  const measured = allScenarios.flatMap(({ name }) => scenarios.find((each) => each.name === name) ?? []);
  return [
    '## The gate',
    INTRODUCTION,
    runs.map(runLine).join('\n'),
    ...measured.flatMap((each) => [
      renderScenario(each),
      ...(PICTURES[each.name] ? [PICTURES[each.name]] : []),
    ]),
    '### What was started for the gate',
    startedList(measured),
  ];
}

/** Title, explanation and tables of one scenario. @param {import('./store.mjs').MeasuredScenario} measured */
export function renderScenario({ name, size, cases, rounds }) {
  const scenario = allScenarios.find((each) => each.name === name);
  const blocks = cases.flatMap((theCase) => [
    ...(scenario.cases.length > 1 ? [`${capital(theCase.title)}:`] : []),
    caseTable(name, theCase),
    ...theCase.peers.filter(({ failed }) => failed).map(failure),
  ]);
  const count = rounds === 1 ? '1 round' : `${rounds} rounds`;
  return [
    `### ${scenario.title}`,
    `${scenario.about(size)} ${capital(count)}, size ${size}.`,
    ...blocks,
    ...lateness(cases),
  ].join('\n\n');
}

/** How late the generator was itself: if that is not far below the latencies, the machine had something else to do. */
function lateness(cases) {
  const rounds = cases.flatMap(({ peers }) => peers.flatMap((peer) => peer.rounds));
  const reports = rounds.flatMap(({ generator }) => generator ?? []);
  if (reports.length === 0) return [];
  const means = spreadOf(reports.map(({ lateMeanUs }) => lateMeanUs / 1000));
  const latest = Math.max(...reports.map(({ lateMaxUs }) => lateMaxUs / 1000));
  return [
    `The generator sent requests ${ms(means.median)} ms late on average, ${ms(means.max)} ms in its worst round, one of them ${ms(latest)} ms.`,
  ];
}

function failure({ label, failed, rounds }) {
  const what = rounds.length === 0 ? 'did not take part' : `took part in ${whole(rounds.length)} rounds only`;
  return `${label} ${what}: ${failed.split('\n')[0]}.`;
}

function runLine({ date, commit, versions }) {
  const parts = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `- ${date.slice(0, 16).replace('T', ' ')} UTC, commit ${commit}: ${parts.join(', ')}.`;
}

function startedList(measured) {
  const peers = measured.flatMap(({ cases }) => cases.flatMap((theCase) => theCase.peers));
  const byLabel = new Map(
    peers.filter(({ configuration }) => configuration).map((peer) => [peer.label, peer]),
  );
  return [...byLabel.values()]
    .map(
      ({ label, configuration }) =>
        `- ${label}\n${configuration.map((line) => `  - \`${line}\``).join('\n')}`,
    )
    .join('\n');
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);
