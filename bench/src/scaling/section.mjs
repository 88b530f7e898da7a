// "As load grows" in RESULTS.md, and the same tables on the terminal: pure functions of the stored results.
import { megabytes, spreadText, table, whole } from '../results/markdown.mjs';
import { spreadOf } from '../results/statistics.mjs';
import { allAxes } from './axes/all.mjs';
import { plotAxis } from './plot.mjs';

const INTRODUCTION = `What a request costs while everything around it grows. CPU time is that of all processes of a role for a request, or for a
mebibyte where requests grow; a flat line is what is wanted. All values of an axis are up at once and take turns.`;

const tenths = (value) => value.toFixed(value < 10 ? 1 : 0);

/** All of it; nothing if nothing was measured. @param {import('./store.mjs').ScalingResults} results @returns {string[]} */
export function scalingSection({ runs, axes, footprint }) {
  if (axes.length === 0 && footprint === undefined) return [];
  const measured = allAxes.flatMap(({ name }) => axes.find((each) => each.name === name) ?? []);
  return [
    '## As load grows',
    INTRODUCTION,
    runs.map(runLine).join('\n'),
    ...measured.flatMap((each) => [renderAxis(each), `![${titleOf(each)}](results/plots/${plotName(each)})`]),
    ...(footprint ? ['### Before any load', renderFootprint(footprint)] : []),
  ];
}

/** The pictures, by file name. @param {import('./store.mjs').ScalingResults} results */
export function scalingPlots({ axes }) {
  return Object.fromEntries(
    axes.map((measured) => [plotName(measured), plotAxis(axisOf(measured), measured.points)]),
  );
}

/** Title, explanation and table of one axis. @param {import('./store.mjs').MeasuredAxis} measured */
export function renderAxis(measured) {
  const axis = axisOf(measured);
  const { points } = measured;
  const roles = ['web server', 'gateway', 'workers'].filter((role) =>
    points.some(({ rounds }) => rounds.some(({ cpuUs }) => cpuUs[role] !== undefined)),
  );
  const spread = ({ rounds }, pick, format) => spreadText(spreadOf(rounds.map(pick)), format);
  const each = axis.isPerByte ? 'for each MiB' : 'per request';
  return [
    `### ${axis.title}`,
    axis.about,
    table(
      [
        axis.unit,
        axis.isPerByte ? 'MiB/s' : 'requests/s',
        ...roles.map((role) => `CPU µs ${each}: ${role}`),
        'MB: gateway',
      ],
      points.map((point) => [
        whole(point.value),
        spread(point, ({ perSecond }) => perSecond, whole),
        ...roles.map((role) => spread(point, ({ cpuUs }) => cpuUs[role] ?? 0, tenths)),
        spread(point, ({ pssBytes }) => pssBytes.gateway, megabytes),
      ]),
    ),
    ...points
      .filter(({ failed }) => failed !== undefined)
      .map(({ value, failed }) => `At ${whole(value)}: ${failed.split('\n')[0]}.`),
  ].join('\n\n');
}

/** @param {import('./footprint.mjs').Footprint} footprint */
export function renderFootprint({ firstAnswerMs, workerBytes, bareBytes }) {
  const row = (title, values, format) => [title, spreadText(spreadOf(values), format)];
  return table(
    ['before any load', 'measured'],
    [
      row('from the start to the first answer, ms', firstAnswerMs, whole),
      row('resident memory of a worker, MB', workerBytes, (value) => (value / 1e6).toFixed(1)),
      row('that of python3 with the same application, MB', bareBytes, (value) => (value / 1e6).toFixed(1)),
    ],
  );
}

const axisOf = ({ name }) => allAxes.find((each) => each.name === name);
const titleOf = (measured) => `${axisOf(measured).title}: CPU of the gateway`;
const plotName = ({ name }) => `scaling-${name}.svg`;

function runLine({ date, commit, pace, versions }) {
  const parts = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const rounds = `size ${pace.size}, ${pace.rounds} rounds of ${pace.seconds} s`;
  return `- ${date.slice(0, 16).replace('T', ' ')} UTC, commit ${commit}, ${rounds}: ${parts.join(', ')}.`;
}
