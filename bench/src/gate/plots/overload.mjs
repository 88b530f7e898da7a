// Requests served in time, before, during and after an overload: one panel for each peer.
import { spreadOfRounds } from '../results/cells.mjs';
import { area, box, COLOURS, INK, line, picture, text } from './svg.mjs';

const WIDTH = 880;
const COLUMNS = 2;
const PANEL = { width: 372, height: 84, left: 50, top: 84, gapX: 56, gapY: 58 };
/** The scale ends a little above what four lanes can do. */
const MOST_PER_SECOND = 450;
const OVERLOAD_FILL = '#fbe8dd';

/** @param {import('../results/store.mjs').MeasuredScenario} measured */
export function plotOverload({ cases }) {
  const peers = cases[0].peers.filter(({ rounds }) => rounds.length > 0);
  const height = PANEL.top + Math.ceil(peers.length / COLUMNS) * (PANEL.height + PANEL.gapY) - 20;
  return picture({ width: WIDTH, height, label: 'Requests served in time each second, around an overload' }, [
    text(20, 28, 'Requests served in time each second', { size: 16, bold: true, fill: INK.text }),
    text(
      20,
      48,
      'shaded: three times of what four lanes can do, by clients that give up after 2 s; before and after: half of it',
    ),
    ...peers.flatMap(panel),
  ]);
}

function panel({ name, label, rounds }, index) {
  const left = PANEL.left + (index % COLUMNS) * (PANEL.width + PANEL.gapX);
  const top = PANEL.top + Math.floor(index / COLUMNS) * (PANEL.height + PANEL.gapY);
  const [{ phasesMs, series }] = rounds;
  const [beforeMs, overMs, afterMs] = phasesMs;
  const allMs = beforeMs + overMs + afterMs;
  const x = (ms) => left + (ms / allMs) * PANEL.width;
  const y = (perSecond) => top + PANEL.height * (1 - Math.min(perSecond, MOST_PER_SECOND) / MOST_PER_SECOND);
  const bottom = top + PANEL.height;
  const points = wholeSeconds(rounds, series.stepMs).map(([ms, perSecond]) => [x(ms), y(perSecond)]);
  const colour = COLOURS[name];
  return [
    box(left, top, PANEL.width, PANEL.height, INK.ground),
    box(x(beforeMs), top, x(overMs) - left, PANEL.height, OVERLOAD_FILL),
    ...[0, 200, 400].flatMap((perSecond) => [
      line([[left, y(perSecond)], [left + PANEL.width, y(perSecond)]], INK.grid, { width: 1 }), // prettier-ignore
      text(left - 6, y(perSecond) + 4, `${perSecond}`, { anchor: 'end', size: 11 }),
    ]),
    ...[0, beforeMs, beforeMs + overMs, allMs].map((ms) =>
      text(x(ms), bottom + 15, `${ms / 1000} s`, { anchor: 'middle', size: 11 }),
    ),
    text(left, top - 8, label, { fill: INK.text, size: 13 }),
    area(points, bottom, colour),
    line(points, colour),
  ];
}

/** Medians over the rounds of what was served in each second, at its middle. */
function wholeSeconds(rounds, stepMs) {
  const perPoint = 1000 / stepMs;
  const count = Math.floor(rounds[0].series.servedPerSecond.length / perPoint);
  return Array.from({ length: count }, (_, second) => {
    const { median } = spreadOfRounds(rounds, ({ series }) => {
      const steps = series.servedPerSecond.slice(second * perPoint, (second + 1) * perPoint);
      return steps.reduce((sum, value) => sum + value, 0) / perPoint;
    });
    return [(second + 0.5) * 1000, median];
  });
}
