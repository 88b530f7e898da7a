// `node tools/paths/main.mjs` writes what the end-to-end tests have seen into the pages of paths. With `--check` it
// compares instead, and fails where a page tells of a path that was not run, or tells otherwise than was seen.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/steps.mjs';
import { fillGuide, namedPaths } from './guide.mjs';
import { readRecords } from './records.mjs';
import { linesOf, renderLine, renderTable } from './table.mjs';

const TABLE = join(ROOT, 'docs', 'reference', 'paths-table.md');
const GUIDE = join(ROOT, 'docs', 'guide', 'paths.md');

const records = readRecords();
if (process.argv.includes('--check')) check();
else write();

function write() {
  writeFileSync(TABLE, renderTable(records));
  writeFileSync(GUIDE, fillGuide(readFileSync(GUIDE, 'utf8'), records));
  console.log(`${records.length} paths written`);
}

function check() {
  const problems = [];
  const failed = records.filter(({ rows, passed }) => passed < rows);
  problems.push(...failed.map(({ path, rows, passed }) => `${path}: only ${passed} of ${rows} rows`));
  const lines = linesOf(readFileSync(TABLE, 'utf8'));
  for (const record of records) {
    if (lines.get(record.path) !== renderLine(record))
      problems.push(`${record.path}: the table is out of date`);
  }
  const run = new Set(records.map(({ path }) => path));
  const guide = readFileSync(GUIDE, 'utf8');
  const missing = [...new Set([...lines.keys(), ...namedPaths(guide)])].filter((path) => !run.has(path));
  // Where a server is not installed its paths are skipped, which is a failure of its own in CI.
  if (process.env.CI) problems.push(...missing.map((path) => `${path}: told of, but not run`));
  else for (const path of missing) console.log(`not run here: ${path}`);
  if (missing.length === 0 && fillGuide(guide, records) !== guide)
    problems.push('docs/guide/paths.md is out of date');
  if (problems.length === 0) return;
  console.error(`${problems.join('\n')}\nRun the end-to-end tests, then: node tools/paths/main.mjs`);
  process.exitCode = 1;
}
