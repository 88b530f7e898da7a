// The table of SECURITY.md names tests that exist.
import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

const TOP = new URL('../../../../', import.meta.url);
const ROW = /^\| (?<what>.+?) +\| `(?<file>[^`]+\.ts)` +\| (?<name>.+?) +\|$/gm;

const rows = [...readFileSync(new URL('SECURITY.md', TOP), 'utf8').matchAll(ROW)].map(
  ({ groups: { what = '', file = '', name = '' } = {} }) => [what, file, name] as const,
);

it('has a table', () => {
  expect(rows.length).toBeGreaterThan(30);
});

it.each(rows)('%s: %s has the test "%s"', (_what, file, name) => {
  // In code a name may stand as a template, and quotes may be escaped.
  expect(readFileSync(new URL(file, TOP), 'utf8')).toContain(name);
});
