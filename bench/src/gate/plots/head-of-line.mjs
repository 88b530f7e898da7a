// Latency of quick requests beside slow ones, as far as the thousandth: one panel for each number of slow clients.
import { spreadOfRounds } from '../results/cells.mjs';
import { CURVE_SHARES } from '../scenarios/head-of-line.mjs';
import { box, COLOURS, INK, line, picture, text } from './svg.mjs';

const WIDTH = 880;
const HEIGHT = 400;
const PANEL = { top: 66, height: 230, left: 66, width: 240, gap: 26 };
const LEAST_MS = 1;
const MOST_MS = 5000;
const TICKS_MS = [1, 10, 100, 1000, 5000];
/** The axis goes from one half to all but a thousandth. */
const FROM = Math.log10(2);
const UP_TO = 3;

const x = (left, share) => left + ((-Math.log10(1 - share) - FROM) / (UP_TO - FROM)) * PANEL.width;
const y = (ms) => {
  const clipped = Math.min(MOST_MS, Math.max(LEAST_MS, ms));
  return PANEL.top + PANEL.height * (1 - Math.log(clipped / LEAST_MS) / Math.log(MOST_MS / LEAST_MS));
};

/** @param {import('../results/store.mjs').MeasuredScenario} measured */
export function plotHeadOfLine({ cases }) {
  const peers = cases[0]?.peers ?? [];
  return picture(
    {
      width: WIDTH,
      height: HEIGHT,
      label: 'Latency of quick requests beside 3, 4 and 40 slow ones, by percentile',
    },
    [
      text(20, 28, 'Quick requests on four lanes, beside slow ones of two seconds', {
        size: 16,
        bold: true,
        fill: INK.text,
      }),
      ...cases.flatMap((theCase, index) =>
        panel(theCase, PANEL.left + index * (PANEL.width + PANEL.gap), index === 0),
      ),
      ...peers.flatMap(legend),
      text(WIDTH - 20, HEIGHT - 12, 'medians of the rounds; at the top: not answered within 5 s', {
        anchor: 'end',
      }),
    ],
  );
}

function panel({ title, peers }, left, isFirst) {
  return [
    box(left, PANEL.top, PANEL.width, PANEL.height, INK.ground),
    text(left + PANEL.width / 2, PANEL.top - 10, title, { anchor: 'middle', size: 13, fill: INK.text }),
    ...TICKS_MS.flatMap((ms) => [
      line([[left, y(ms)], [left + PANEL.width, y(ms)]], INK.grid, { width: 1 }), // prettier-ignore
      ...(isFirst
        ? [text(left - 8, y(ms) + 4, ms < 1000 ? `${ms} ms` : `${ms / 1000} s`, { anchor: 'end' })]
        : []),
    ]),
    ...[0.5, 0.9, 0.99, 0.999].map((share) =>
      text(x(left, share), PANEL.top + PANEL.height + 18, `${share * 100} %`, {
        anchor: share === 0.999 ? 'end' : 'middle',
        size: 11,
      }),
    ),
    // Ours last, so that they are on top.
    ...peers.toReversed().flatMap((peer) => curve(peer, left)),
  ];
}

function curve({ name, rounds }, left) {
  if (rounds.length === 0) return [];
  const points = CURVE_SHARES.map((share, index) => {
    const { median } = spreadOfRounds(rounds, ({ curveMs }) => curveMs[index]);
    return [x(left, share), y(median)];
  });
  return [line(points, COLOURS[name], { width: name === 'sluice' ? 3 : 2 })];
}

function legend({ name, label }, index) {
  const left = PANEL.left + (index % 3) * (PANEL.width + PANEL.gap);
  const top = PANEL.top + PANEL.height + 44 + Math.floor(index / 3) * 20;
  return [
    line([[left, top - 4], [left + 22, top - 4]], COLOURS[name], { width: 3 }), // prettier-ignore
    text(left + 30, top, label),
  ];
}
