// The page of error codes and the code agree, in both directions.

import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FAILURES } from '../../src/exchange/errors.ts';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));
const PAGE = readFileSync(new URL('../../../../docs/reference/errors.md', import.meta.url), 'utf8');

/** Names of environment variables have the same shape and stand in `cli/` and `config/`. */
const NOT_CODES = new Set(['SLUICE_CONFIG', 'SLUICE_TARGET', 'SLUICE_DEFAULT_PYTHON']);

function codesInSources(): string[] {
  const codes = new Set<string>();
  for (const entry of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.ts')) continue;
    const text = readFileSync(join(SOURCES, entry), 'utf8');
    for (const [, code = ''] of text.matchAll(/'(SLUICE_[A-Z_]+)'/g))
      if (!NOT_CODES.has(code)) codes.add(code);
  }
  return [...codes].toSorted();
}

function rowsOfPage(): Map<string, string> {
  return new Map(
    [...PAGE.matchAll(/^\| `(SLUICE_[A-Z_]+)` *\| *([^|]*?) *\|/gm)].map(([, code = '', next = '']) => [
      code,
      next,
    ]),
  );
}

describe('docs/reference/errors.md', () => {
  it('has a row for every code, and none besides', () => {
    expect([...rowsOfPage().keys()].toSorted()).toEqual(codesInSources());
  });

  it('tells the status that clients get', () => {
    const rows = rowsOfPage();
    for (const [code, { status }] of Object.entries(FAILURES))
      expect([code, rows.get(code)]).toEqual([code, String(status)]);
  });
});
