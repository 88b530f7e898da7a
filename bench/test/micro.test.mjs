import { describe, expect, it } from '@jest/globals';
import { renderMicro } from '../src/results/render.mjs';
import { judge } from '../src/results/goals.mjs';

const measured = (verb, ratios) => ({
  title: `something ${verb}`,
  verb,
  unit: 'records',
  ...(ratios.length > 0 && { peer: 'fastcgi-stream' }),
  bytesPerUnit: 100,
  perSecond: { ours: [2e6, 4e6], theirs: ratios.map((ratio) => 2e6 / ratio) },
  allocated: { ours: 120.4 },
  ratios,
});

describe('results of the microbenchmarks', () => {
  it('show bytes per second and memory, and nobody beside where there is nobody', () => {
    const [, , row] = renderMicro([measured('built', [])]).split('\n');
    const cells = row.split('|').map((cell) => cell.trim());
    expect(cells.slice(1, -1)).toEqual([
      'something built',
      'records',
      '3,000,000 (2,000,000–4,000,000)',
      '300',
      '120',
      '–',
      '–',
      '–',
      '–',
    ]);
  });

  it('are judged by the worst case that has a peer', () => {
    const cases = [measured('parsed', [30, 40]), measured('parsed', [21]), measured('parsed', [])];
    const verdict = judge({ runs: [], groups: [], micro: { run: 'now', cases } }).find(({ goal }) =>
      goal.startsWith('records parsed'),
    );
    expect([verdict.measured, verdict.isMet]).toEqual(['21.00', true]);
  });
});
