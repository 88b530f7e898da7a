// What the end-to-end tests have written down of each path they ran over: `.cache/paths/*.json`.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/steps.mjs';

const DIRECTORY = join(ROOT, '.cache', 'paths');

/** Every record, by name: { path, rows, passed, differences: [{ of, because, isLeftOut }] }. */
export function readRecords() {
  if (!existsSync(DIRECTORY)) return [];
  const records = readdirSync(DIRECTORY).map((name) =>
    JSON.parse(readFileSync(join(DIRECTORY, name), 'utf8')),
  );
  return records.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Forgets earlier runs. */
export function forgetRecords() {
  rmSync(DIRECTORY, { recursive: true, force: true });
}
