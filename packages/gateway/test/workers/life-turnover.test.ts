import { describe, expect, it } from '@jest/globals';
import { Turnover, type TurnoverFailure } from '../../src/backends/workers/turnover.ts';

const broken: TurnoverFailure = { reason: 'it exited', detail: 'SyntaxError' };

function turnover(count: number): { subject: Turnover<number>; outcomes: (TurnoverFailure | null)[] } {
  const outcomes: (TurnoverFailure | null)[] = [];
  let started = 0;
  const subject = new Turnover(
    count,
    () => ++started,
    (failure) => outcomes.push(failure),
  );
  return { subject, outcomes };
}

describe('a turnover', () => {
  it('tries one worker before it starts the others', () => {
    const { subject } = turnover(3);
    expect(subject.fresh).toEqual([1]);
    subject.ready(1);
    expect(subject.fresh).toEqual([1, 2, 3]);
  });

  it('is done when all are ready, in any order', () => {
    const { subject, outcomes } = turnover(3);
    for (const worker of [1, 3]) subject.ready(worker);
    expect(outcomes).toEqual([]);
    subject.ready(2);
    expect(outcomes).toEqual([null]);
  });

  it('fails with the first worker that fails, and settles once', () => {
    const { subject, outcomes } = turnover(2);
    subject.ready(1);
    subject.failed(2, broken);
    subject.ready(2);
    subject.failed(1, { reason: 'another', detail: '' });
    subject.cancel('stop');
    expect(outcomes).toEqual([broken]);
  });

  it('takes no notice of workers that are not its own', () => {
    const { subject, outcomes } = turnover(1);
    subject.ready(7);
    subject.failed(7, broken);
    expect(outcomes).toEqual([]);
  });

  it('can be given up', () => {
    const { subject, outcomes } = turnover(1);
    subject.cancel('the gateway stops');
    expect(outcomes).toEqual([{ reason: 'the gateway stops', detail: '' }]);
  });

  it('starts a worker also where none is wanted, to find out whether the code loads', () => {
    const { subject, outcomes } = turnover(0);
    subject.ready(1);
    expect(outcomes).toEqual([null]);
  });
});
