// What each path costs, in docs/guide/paths.md: pure functions of the stored results, but for the page itself.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { allPaths } from '../peers/paths.mjs';
import { hundredths, spreadText, table, whole } from './markdown.mjs';
import { ratioOver, spreadOver } from './statistics.mjs';

const GUIDE = fileURLToPath(new URL('../../../docs/guide/paths.md', import.meta.url));
const BLOCK = /<!-- measured: (\S+) -->\n[^]*?<!-- end -->/g;
/** The smallest request tells most of what a path costs by itself. */
const WORKLOAD = 'hello';

/** Writes what was measured into the guide of paths. @param {import('./store.mjs').Results} results */
export function writeCosts(results) {
  writeFileSync(GUIDE, fillCosts(readFileSync(GUIDE, 'utf8'), results));
}

/** The page with its measured parts filled. @param {string} page @param {import('./store.mjs').Results} results */
export function fillCosts(page, { groups }) {
  return page.replace(BLOCK, (_block, path) => {
    const group = groups
      .filter((each) => each.path === path && each.workload === WORKLOAD)
      .toSorted((a, b) => b.processes - a.processes)[0];
    return `<!-- measured: ${path} -->\n\n${group ? costsOf(group) : 'Not measured yet.'}\n\n<!-- end -->`;
  });
}

function costsOf({ path, processes, peers }) {
  const baselineName = allPaths.find(({ name }) => name === path)?.baseline;
  const baseline = peers.find(({ name }) => name === baselineName);
  const shown = peers.filter((peer) => peer === baseline || peer.name.startsWith('sluice'));
  const cpu = (role) => (peer) =>
    spreadText(
      spreadOver(peer, ({ cpuUs }) => cpuUs[role]),
      whole,
    );
  const ratio = (peer) =>
    spreadText(
      baseline && ratioOver(peer, baseline, ({ requestsPerSecond }) => requestsPerSecond),
      hundredths,
    );
  return table(
    [
      `hello world, ${processes} ${processes === 1 ? 'process' : 'processes'}`,
      'CPU µs: web server',
      'gateway',
      'workers',
      `requests/s against ${baseline?.label ?? 'nothing'}`,
    ],
    shown.map((peer) => [
      peer.label,
      ...['web server', 'gateway', 'workers'].map((role) => cpu(role)(peer)),
      ratio(peer),
    ]),
  );
}
