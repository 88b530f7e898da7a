// What the results of the gate are written into besides RESULTS.md: pictures, and a part of the guide.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { table, whole } from '../../results/markdown.mjs';
import { plotHeadOfLine } from '../plots/head-of-line.mjs';
import { plotOverload } from '../plots/overload.mjs';
import { cell, ms, percent } from './cells.mjs';

const DOCS = fileURLToPath(new URL('../../../../docs/', import.meta.url));
const GUIDE = `${DOCS}guide/slow-requests.md`;
const MARKS = ['<!-- measured: written by `pnpm bench gate` -->', '<!-- measured: end -->'];

const PLOTS = { 'head-of-line': plotHeadOfLine, overload: plotOverload };

/** Writes pictures of what was measured, and the part of the guide between its marks. @param {import('./store.mjs').GateResults} gate */
export function writeGatePages(gate) {
  for (const [name, plot] of Object.entries(PLOTS)) {
    const measured = gate.scenarios.find((each) => each.name === name);
    if (measured) writeFileSync(`${DOCS}pictures/gate-${name}.svg`, plot(measured));
  }
  const [before, after] = partsOf(readFileSync(GUIDE, 'utf8'));
  writeFileSync(GUIDE, [before, MARKS[0], ...guideBlocks(gate), `${MARKS[1]}${after}`].join('\n\n'));
}

function partsOf(page) {
  const [begin, end] = MARKS.map((mark) => page.indexOf(mark));
  if (begin < 0 || end < begin) throw new Error(`${GUIDE}: the marks of the measured part are gone`);
  return [page.slice(0, begin).trimEnd(), page.slice(end + MARKS[1].length)];
}

function guideBlocks({ scenarios }) {
  const headOfLine = scenarios.find(({ name }) => name === 'head-of-line');
  const overload = scenarios.find(({ name }) => name === 'overload');
  if (!headOfLine && !overload) return ['Nothing has been measured yet.'];
  return [
    ...(headOfLine
      ? ['![Latency of quick requests](../pictures/gate-head-of-line.svg)', slowTable(headOfLine)]
      : []),
    ...(overload
      ? ['![Requests served in time](../pictures/gate-overload.svg)', overloadTable(overload)]
      : []),
  ];
}

function slowTable({ cases }) {
  const labels = cases[0].peers.map(({ label }) => label);
  const p99 = (theCase, label) => {
    const { rounds } = theCase.peers.find((peer) => peer.label === label);
    return cell(rounds, ({ p99Ms }) => p99Ms, ms);
  };
  return table(
    ['99th percentile of quick requests, ms', ...cases.map(({ title }) => title)],
    labels.map((label) => [label, ...cases.map((theCase) => p99(theCase, label))]),
  );
}

function overloadTable({ cases: [{ peers }] }) {
  return table(
    ['three times capacity', 'served in time/s', 'work for nobody %'],
    peers.map(({ label, rounds }) => [
      label,
      cell(rounds, ({ servedPerSecond }) => servedPerSecond, whole),
      cell(rounds, ({ executed, taken }) => 1 - taken / executed, percent),
    ]),
  );
}
