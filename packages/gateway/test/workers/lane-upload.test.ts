// Bodies that are streamed to the running request of a lane.
import { describe, expect, it } from '@jest/globals';
import { FLAG, FRAME, REQUEST_BODY_LIMIT } from '../../src/backends/workers/frames.ts';
import { BodyStream } from '../../src/exchange/body.ts';
import { RecordingSource } from '../helpers/body-readers.ts';
import { makeExchange, type TestExchange } from '../helpers/exchanges.ts';
import { LaneBench, type SentFrame } from '../helpers/lane-bench.ts';

describe('a streamed body', () => {
  it('follows its request in BODY frames and ends with END', () => {
    const { bench, body } = upload();
    body.push(Buffer.from('one'));
    body.push(Buffer.from('two'));
    body.finish();
    bench.lane.flush();
    expect(bench.sent.map(told)).toEqual([
      [FRAME.request, FLAG.stream, ''],
      [FRAME.requestBody, 0, 'one'],
      [FRAME.requestBody, 0, 'two'],
      [FRAME.requestBody, FLAG.end, ''],
    ]);
  });

  it('that came before a lane was free is sent with it', () => {
    const bench = new LaneBench();
    const body = new BodyStream(new RecordingSource(), 3);
    body.push(Buffer.from('all'));
    body.finish();
    bench.lane.assign(makeExchange({ body }).exchange);
    bench.lane.flush();
    expect(bench.sent.slice(1).map(told)).toEqual([
      [FRAME.requestBody, 0, 'all'],
      [FRAME.requestBody, FLAG.end, ''],
    ]);
  });

  it('is cut into frames of the allowed size', () => {
    const { bench, body } = upload();
    body.push(Buffer.alloc(2 * REQUEST_BODY_LIMIT + 1));
    bench.lane.flush();
    expect(bench.sent.slice(1).map(({ payload }) => payload.length)).toEqual([
      REQUEST_BODY_LIMIT,
      REQUEST_BODY_LIMIT,
      1,
    ]);
  });

  it('whose sender goes away ends as broken', () => {
    const { bench, body } = upload();
    body.push(Buffer.from('some'));
    body.fail(new Error('gone'));
    bench.lane.flush();
    expect(bench.sent.slice(2).map(told)).toEqual([[FRAME.requestBody, FLAG.end | FLAG.broken, '']]);
  });

  it('is held back while the worker does not read, and goes on when it does', () => {
    const { bench, body, source } = upload();
    bench.lane.flush();
    bench.socket.isWritable = false;
    body.push(Buffer.alloc(1_000));
    for (let count = 0; count < 10; count++) body.push(Buffer.alloc(100_000));
    expect([source.isPaused, bench.sent.length]).toEqual([true, 2]);
    bench.socket.isWritable = true;
    bench.lane.writable();
    expect([source.isPaused, bench.sent.length]).toEqual([false, 12]);
  });

  it('is cut off with END and BROKEN when the response is complete first, and the rest is thrown away', () => {
    const { bench, body, source, exchange } = upload();
    body.push(Buffer.from('some'));
    bench.respond(1, 'early');
    for (let count = 0; count < 10; count++) body.push(Buffer.alloc(100_000));
    body.finish();
    bench.lane.flush();
    expect([exchange.outcome, source.isPaused, bench.lane.load]).toEqual(['complete', false, 0]);
    expect(bench.sent.slice(2).map(told)).toEqual([[FRAME.requestBody, FLAG.end | FLAG.broken, '']]);
  });

  it('keeps other requests off the lane until its request has been answered', () => {
    const { bench, body } = upload();
    expect(bench.lane.mayLookAhead).toBe(false);
    body.finish();
    expect(bench.lane.mayLookAhead).toBe(false);
    bench.respond(1);
    expect(bench.lane.mayLookAhead).toBe(true);
  });

  it('is thrown away when the worker is gone', () => {
    const { bench, body, source } = upload();
    bench.lane.abandon();
    for (let count = 0; count < 10; count++) body.push(Buffer.alloc(100_000));
    bench.lane.flush();
    expect([source.isPaused, bench.sent.length]).toEqual([false, 0]);
  });
});

function upload(): TestExchange & { bench: LaneBench; body: BodyStream; source: RecordingSource } {
  const bench = new LaneBench();
  const source = new RecordingSource();
  const body = new BodyStream(source, null);
  const made = makeExchange({ body });
  bench.lane.assign(made.exchange);
  return { ...made, bench, body, source };
}

function told({ type, flags, payload }: SentFrame): readonly [number, number, string] {
  return [type, flags, type === FRAME.request ? '' : payload.toString()];
}
