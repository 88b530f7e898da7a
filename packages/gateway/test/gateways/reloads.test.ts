// Reloads that are asked for while one runs.
import { expect, it } from '@jest/globals';
import { Reloads } from '../../src/gateways/reloads.ts';

interface Bench {
  readonly subject: Reloads;
  readonly asked: { readonly reason: string; readonly pools: readonly string[] | null }[];
  readonly told: boolean[];
  /** Lets the oldest that runs end. */
  readonly finish: () => Promise<void>;
}

function bench(): Bench {
  const asked: Bench['asked'] = [];
  const told: boolean[] = [];
  const running: (() => void)[] = [];
  const subject = new Reloads(
    (isReloading) => told.push(isReloading),
    async (reason, pools) => {
      asked.push({ reason, pools: pools === undefined ? null : [...pools] });
      await new Promise<void>((resolve) => running.push(resolve));
      return [{ pool: 'default', reason, detail: '' }];
    },
  );
  const finish = async (): Promise<void> => {
    running.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { subject, asked, told, finish };
}

it('runs one at a time, and one more for all who have asked meanwhile', async () => {
  const { subject, asked, told, finish } = bench();
  const first = subject.reload('first');
  const second = subject.reload('second', new Set(['a']));
  const third = subject.reload('third', new Set(['b']));
  expect(asked.map(({ reason }) => reason)).toEqual(['first']);
  await finish();
  expect(await first).toMatchObject([{ reason: 'first' }]);
  expect(asked[1]).toEqual({ reason: 'second', pools: ['a', 'b'] });
  expect(told).toEqual([true]);
  await finish();
  expect(await second).toBe(await third);
  expect(told).toEqual([true, false]);
});

it('runs all pools if one of those who wait wants all', async () => {
  const { subject, asked, finish } = bench();
  void subject.reload('first');
  void subject.reload('second', new Set(['a']));
  void subject.reload('third');
  void subject.reload('fourth', new Set(['b']));
  await finish();
  expect(asked[1]).toEqual({ reason: 'second', pools: null });
  await finish();
});

it('begins anew after the last is over', async () => {
  const { subject, told, finish } = bench();
  void subject.reload('first');
  await finish();
  void subject.reload('second');
  await finish();
  expect(told).toEqual([true, false, true, false]);
});
