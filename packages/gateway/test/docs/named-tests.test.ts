// The tables of SECURITY.md and ARCHITECTURE.md name tests that exist.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

const TOP = new URL('../../../../', import.meta.url);
const ROW = /^\| (?<what>.+?) +\| `(?<file>[^`]+\.(?:ts|mjs|py))` +\| (?<name>.+?) +\|$/gm;

describe.each(['SECURITY.md', 'ARCHITECTURE.md'])('%s', (page) => {
  const rows = [...readFileSync(new URL(page, TOP), 'utf8').matchAll(ROW)].map(
    ({ groups: { what = '', file = '', name = '' } = {} }) => [what, file, name] as const,
  );

  it('has a table', () => {
    expect(rows.length).toBeGreaterThan(30);
  });

  it.each(rows)('%s: %s has the test "%s"', (_what, file, name) => {
    // In code a name may stand as a template, and quotes may be escaped.
    expect(readFileSync(new URL(file, TOP), 'utf8')).toContain(name);
  });
});
