import { describe, expect, it } from '@jest/globals';
import { LastRequests } from '../../src/backends/workers/last-requests.ts';

/** A worker with two threads, of which the first is held by the request that timed out. */
class HeldWorker {
  readonly aborted: string[] = [];
  readonly other = { isDone: false };
  readonly lanes = [{ running: { isDone: true } }, { running: this.other }];

  abort(_code: string, reason: string): void {
    this.aborted.push(reason);
  }
}

describe('a worker in which a request has timed out', () => {
  it('is killed as soon as its other requests have finished', () => {
    const [subject, worker] = [new LastRequests(), new HeldWorker()];
    subject.begin(worker, 'request 1 ran for too long', 0);
    subject.look(4_999);
    expect(worker.aborted).toEqual([]);
    worker.other.isDone = true;
    subject.look(4_999);
    expect(worker.aborted).toEqual(['was killed: request 1 ran for too long']);
  });

  it('is killed after five seconds, whatever still runs, also if another request has timed out meanwhile', () => {
    const [subject, worker] = [new LastRequests(), new HeldWorker()];
    subject.begin(worker, 'request 1 ran for too long', 0);
    subject.begin(worker, 'request 2 ran for too long', 4_000);
    subject.look(5_000);
    expect(worker.aborted).toEqual(['was killed: request 1 ran for too long']);
  });

  it('is killed once, and not at all when it has ended by itself', () => {
    const [subject, killed, ended] = [new LastRequests(), new HeldWorker(), new HeldWorker()];
    subject.begin(killed, 'request 1 ran for too long', 0);
    subject.begin(ended, 'request 2 ran for too long', 0);
    subject.forget(ended);
    subject.look(5_000);
    subject.look(6_000);
    expect([killed.aborted.length, ended.aborted.length]).toEqual([1, 0]);
  });
});
