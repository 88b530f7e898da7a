import { describe, expect, it } from '@jest/globals';
import { mergeGroups, mergeMicro } from '../src/results/store.mjs';

const machine = { cpu: 'one', cores: 2, memoryBytes: 25_276_502_016, kernel: 'Linux', system: 'Debian' };
const run = (date, further = {}) => ({
  date,
  commit: 'c',
  machine: { ...machine, ...further },
  versions: {},
});
const group = (date, workload) => ({
  run: date,
  path: 'nginx',
  workload,
  processes: 2,
  connections: 32,
  peers: [],
});

describe('results', () => {
  const first = mergeGroups({ runs: [], groups: [] }, run('one'), [group('one', 'hello')]);

  it('keep groups of other runs on the same machine, though its memory seems to differ a little', () => {
    const further = { memoryBytes: machine.memoryBytes + 4096 };
    const { runs, groups } = mergeGroups(first, run('two', further), [group('two', 'echo')]);
    expect(runs.map(({ date }) => date)).toEqual(['one', 'two']);
    expect(groups.map(({ workload }) => workload)).toEqual(['hello', 'echo']);
  });

  it('replace the group of the same kind, and forget the run that nothing refers to', () => {
    const { runs, groups } = mergeGroups(first, run('two'), [group('two', 'hello')]);
    expect([runs.map(({ date }) => date), groups.length]).toEqual([['two'], 1]);
  });

  it('drop what another machine measured', () => {
    expect(mergeMicro(first, run('two', { cores: 4 }), [])).toEqual({
      runs: [run('two', { cores: 4 })],
      groups: [],
      micro: { run: 'two', cases: [] },
    });
  });
});
