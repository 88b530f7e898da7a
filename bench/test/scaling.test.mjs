import { describe, expect, it } from '@jest/globals';
import { allAxes } from '../src/scaling/axes/all.mjs';
import { costOfGrowth, judgeScaling } from '../src/scaling/goals.mjs';
import { readScalingOptions } from '../src/scaling/options.mjs';
import { renderAxis, scalingPlots, scalingSection } from '../src/scaling/section.mjs';
import { mergeScaling } from '../src/scaling/store.mjs';

const round = (gateway) => ({ perSecond: 1000, cpuUs: { gateway, workers: 5 }, pssBytes: { gateway: 5e7 } });
const point = (value, ...costs) => ({ value, rounds: costs.map(round) });
const run = (date) => ({
  date,
  commit: 'c',
  machine: {},
  versions: { Node: '20' },
  pace: { size: 'short', rounds: 2, seconds: 2 },
});

describe('the cost of growth', () => {
  it('is that of the largest value against the cheapest', () => {
    const points = [point(1, 40, 44), point(32, 19, 21), point(2000, 30, 34)];
    expect(costOfGrowth({}, points)).toEqual({ median: 1.6, min: 1.5, max: 1.7 });
  });

  it('leaves small bodies out, which are many requests', () => {
    const points = [point(1024, 1), point(2 ** 20, 100), point(2 ** 30, 110)];
    expect(costOfGrowth({ isPerByte: true }, points).median).toBeCloseTo(1.1);
  });

  it('is judged for every axis, and one that failed somewhere has missed', () => {
    const axes = allAxes.map(({ name, isPerByte }) => ({
      name,
      run: 'now',
      points: [point(isPerByte ? 2 ** 20 : 1, 20), point(2 ** 30, 21)],
    }));
    axes[0].points[1].failed = 'no answer';
    const verdicts = judgeScaling({ runs: [], axes });
    expect(verdicts.slice(0, allAxes.length).map(({ isMet }) => isMet)).toEqual(
      allAxes.map((_, index) => index !== 0),
    );
    expect(judgeScaling({ runs: [], axes: [] }).every(({ isMet }) => isMet === undefined)).toBe(true);
  });
});

describe('the throughput of several gateways', () => {
  it('should be that of one, round by round', () => {
    const at = (perSecond) => ({ perSecond, cpuUs: { gateway: 20 }, pssBytes: { gateway: 5e7 } });
    const measured = (...ofTwo) => [
      {
        name: 'gateways-http',
        points: [
          { value: 1, rounds: ofTwo.map(() => at(1000)) },
          { value: 2, rounds: ofTwo.map(at) },
        ],
      },
    ];
    const judged = (axes) =>
      judgeScaling({ runs: [], axes }).find(({ goal }) => goal.startsWith('Gateways over HTTP: requests/s'));
    expect(judged(measured(960, 990)).isMet).toBe(true);
    expect(judged(measured(930, 940)).isMet).toBe(false);
    expect(judged([]).isMet).toBeUndefined();
  });
});

describe('results of scaling', () => {
  const axis = (name, date) => ({ name, run: date, points: [point(1, 20, 22), point(200, 21, 25)] });

  it('replace former ones of the same axis, and runs that nothing refers to go', () => {
    let results = mergeScaling({ runs: [], axes: [] }, run('one'), { axis: axis('routes', 'one') });
    results = mergeScaling(results, run('two'), {
      footprint: { firstAnswerMs: [1], workerBytes: [2], bareBytes: [1] },
    });
    results = mergeScaling(results, run('three'), { axis: axis('routes', 'three') });
    expect(results.runs.map(({ date }) => date)).toEqual(['two', 'three']);
    expect(results.axes).toHaveLength(1);
    expect(results.footprint.run).toBe('two');
  });

  it('are a table and a picture each', () => {
    const results = mergeScaling({ runs: [], axes: [] }, run('one'), { axis: axis('routes', 'one') });
    expect(scalingSection(results).join('\n')).toContain('results/plots/scaling-routes.svg');
    expect(Object.keys(scalingPlots(results))).toEqual(['scaling-routes.svg']);
    expect(renderAxis(results.axes[0])).toContain('| 200 ');
  });
});

describe('the command line of scaling', () => {
  it('takes axes by name and refuses others', () => {
    const { axes, hasFootprint, stores } = readScalingOptions(['--only', 'routes', '--quick']);
    expect([axes.map(({ name }) => name), hasFootprint, stores]).toEqual([['routes'], false, false]);
    expect(() => readScalingOptions(['--only', 'cores'])).toThrow('known are footprint');
  });
});
