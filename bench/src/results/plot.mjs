// A group of peers as a picture: a bar for the median of each, a line from its lowest to its highest round.
import { whole } from './markdown.mjs';
import { spreadOver } from './statistics.mjs';

const LABEL_WIDTH = 250;
const BAR_WIDTH = 380;
const NUMBER_WIDTH = 90;
const ROW_HEIGHT = 26;
const BAR_HEIGHT = 16;
const TOP = 34;

const OURS = '#2a6f97';
const THEIRS = '#a9b4c2';
const FLOOR = '#dde3ea';

/**
 * An SVG of requests/s.
 * @param {string} title
 * @param {readonly import('../run/group.mjs').PeerResult[]} peers
 */
export function plotThroughput(title, peers) {
  const bars = peers.flatMap((peer) => {
    const spread = spreadOver(peer, ({ requestsPerSecond }) => requestsPerSecond);
    return spread ? [{ name: peer.name, label: peer.label, spread }] : [];
  });
  const most = Math.max(...bars.map(({ spread }) => spread.max), 1);
  const width = LABEL_WIDTH + BAR_WIDTH + NUMBER_WIDTH;
  const height = TOP + bars.length * ROW_HEIGHT + 8;
  const rows = bars.map((bar, row) => barOf(bar, TOP + row * ROW_HEIGHT, BAR_WIDTH / most));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="13">
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="10" y="20" font-weight="bold">${escape(title)}, requests/s</text>
${rows.join('\n')}
</svg>
`;
}

function barOf({ name, label, spread: { median, min, max } }, top, scale) {
  const x = (value) => (LABEL_WIDTH + value * scale).toFixed(1);
  const middle = top + BAR_HEIGHT / 2;
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${middle + 5}" text-anchor="end">${escape(label)}</text>`,
    `<rect x="${LABEL_WIDTH}" y="${top}" width="${(median * scale).toFixed(1)}" height="${BAR_HEIGHT}" fill="${colourOf(name)}"/>`,
    `<path d="M${x(min)} ${middle}H${x(max)}M${x(min)} ${middle - 4}v8M${x(max)} ${middle - 4}v8" stroke="#222222"/>`,
    `<text x="${LABEL_WIDTH + BAR_WIDTH + 8}" y="${middle + 5}">${whole(median)}</text>`,
  ].join('');
}

function colourOf(name) {
  if (name.startsWith('sluice')) return OURS;
  return name === 'floor' ? FLOOR : THEIRS;
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
