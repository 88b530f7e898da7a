// The cost of one axis as a line: growing values to the right, on a logarithmic scale, cost from zero upwards.
import { spreadOf } from '../results/statistics.mjs';

const WIDTH = 720;
const HEIGHT = 300;
const LEFT = 70;
const RIGHT = 40;
const TOP = 44;
const BOTTOM = 40;
const COLOURS = { gateway: '#2a6f97', workers: '#a9b4c2', 'web server': '#e0a458' };

/** An SVG of CPU time by role. @param {import('./axis.mjs').Axis} axis @param {readonly import('./measure.mjs').Point[]} points */
export function plotAxis({ title, unit, isPerByte }, points) {
  const measured = points.filter(({ rounds }) => rounds.length > 0);
  const lines = Object.keys(COLOURS).flatMap((role) => {
    const costs = measured.map(({ rounds }) => spreadOf(rounds.map(({ cpuUs }) => cpuUs[role] ?? 0)));
    return costs.some((cost) => cost.median > 0) ? [{ role, costs }] : [];
  });
  const most = Math.max(1, ...lines.flatMap(({ costs }) => costs.map(({ max }) => max)));
  const values = measured.map(({ value }) => value);
  const x = scaleX(values);
  const y = (cost) => HEIGHT - BOTTOM - (cost / most) * (HEIGHT - TOP - BOTTOM);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="13">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
<text x="10" y="20" font-weight="bold">${title}: CPU µs ${isPerByte ? 'for each MiB' : 'per request'}, by ${unit}</text>
<path d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" fill="none" stroke="#222222"/>
<text x="${LEFT - 8}" y="${TOP + 5}" text-anchor="end">${Math.round(most)}</text>
<text x="${LEFT - 8}" y="${HEIGHT - BOTTOM + 5}" text-anchor="end">0</text>
${values.map((value) => `<text x="${x(value).toFixed(1)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${short(value)}</text>`).join('\n')}
${lines.map((line, index) => lineOf(line, index, values, x, y)).join('\n')}
</svg>
`;
}

function scaleX(values) {
  const [first, last] = [values[0] ?? 1, values.at(-1) ?? 1].map(Math.log);
  const span = last - first || 1;
  return (value) => LEFT + 20 + ((Math.log(value) - first) / span) * (WIDTH - LEFT - RIGHT - 40);
}

function lineOf({ role, costs }, index, values, x, y) {
  const colour = COLOURS[role];
  const path = costs.map(
    ({ median }, at) => `${at === 0 ? 'M' : 'L'}${x(values[at]).toFixed(1)} ${y(median).toFixed(1)}`,
  );
  const marks = costs.map(
    ({ min, max }, at) => `M${x(values[at]).toFixed(1)} ${y(min).toFixed(1)}V${y(max).toFixed(1)}`,
  );
  const legendAt = LEFT + 20 + index * 130;
  return [
    `<path d="${path.join('')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    `<path d="${marks.join('')}" fill="none" stroke="${colour}"/>`,
    `<rect x="${legendAt}" y="27" width="10" height="10" fill="${colour}"/>`,
    `<text x="${legendAt + 15}" y="37">${role}</text>`,
  ].join('');
}

/** 1024 as 1Ki, 1048576 as 1Mi; others as they are. */
function short(value) {
  for (const [unit, size] of [
    ['Gi', 2 ** 30],
    ['Mi', 2 ** 20],
    ['Ki', 2 ** 10],
  ]) {
    if (value >= size && value % size === 0) return `${value / size}${unit}`;
  }
  return value.toLocaleString('en-US');
}
