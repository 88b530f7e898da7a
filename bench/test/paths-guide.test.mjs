// The guide of paths says what was measured.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { allPaths } from '../src/peers/paths.mjs';
import { fillCosts } from '../src/results/paths-guide.mjs';
import { loadResults } from '../src/results/store.mjs';

const page = readFileSync(new URL('../../docs/guide/paths.md', import.meta.url), 'utf8');

describe('the guide of paths', () => {
  it('has a place for each path that is measured', () => {
    const places = [...page.matchAll(/<!-- measured: (\S+) -->/g)].map(([, path]) => path);
    expect(places.toSorted()).toEqual(allPaths.map(({ name }) => name).toSorted());
  });

  it('says what was measured last: `pnpm bench render` writes it', () => {
    expect(fillCosts(page, loadResults())).toBe(page);
  });
});

it('what was not measured is said not to be', () => {
  const filled = fillCosts('<!-- measured: nginx -->\nold\n<!-- end -->', { groups: [] });
  expect(filled).toBe('<!-- measured: nginx -->\n\nNot measured yet.\n\n<!-- end -->');
});
