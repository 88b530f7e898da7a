// A Jest reporter: writes down the suites of servers behind the gateway, which have tests of their own instead of the
// behaviour table, for the page of all paths.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const DIRECTORY = fileURLToPath(new URL('../../.cache/paths', import.meta.url));

export default class CellReporter {
  onTestResult(_test, { testResults }) {
    const cells = new Map();
    for (const { ancestorTitles, status } of testResults) {
      const [title = ''] = ancestorTitles;
      if (!title.endsWith(' behind the gateway') || !['passed', 'failed'].includes(status)) continue;
      const cell = cells.get(title) ?? { path: title, rows: 0, passed: 0, differences: [] };
      cells.set(title, cell);
      cell.rows += 1;
      if (status === 'passed') cell.passed += 1;
    }
    if (cells.size > 0) mkdirSync(DIRECTORY, { recursive: true });
    for (const cell of cells.values()) {
      const name = cell.path.replace(/[^a-z0-9]+/gi, '-').toLowerCase();
      writeFileSync(join(DIRECTORY, `${name}.json`), `${JSON.stringify(cell, null, 2)}\n`);
    }
  }
}
