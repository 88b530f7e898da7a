// The small parts of a pool: when to start again, when to look, which lane to take, where lines end.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { LineSplitter } from '../../src/backends/workers/lines.ts';
import { chooseLane, type LaneView } from '../../src/backends/workers/look-ahead.ts';
import { RestartPolicy } from '../../src/backends/workers/restart-policy.ts';
import { Ticker } from '../../src/backends/workers/ticker.ts';
import { copiedBytes } from '../helpers/copied-bytes.ts';
import { everySplit } from '../helpers/splits.ts';

describe('the wait before a worker is replaced', () => {
  it.each<[string, (number | null)[], number[]]>([
    ['is nothing after a healthy life', [5_000, 60_000], [0, 0]],
    ['is nothing after the first early death', [4_999], [0]],
    ['doubles while workers never get ready', [null, null, null, null], [100, 200, 400, 800]],
    [
      'doubles, but only up to a second, while workers die early',
      [10, 10, 10, 10, 10],
      [0, 200, 400, 800, 1_000],
    ],
    ['begins again after a healthy life', [null, null, 5_000, null], [100, 200, 0, 100]],
  ])('%s', (_name, lives, waits) => {
    const policy = new RestartPolicy();
    expect(lives.map((readyForMs) => policy.ended({ readyForMs, servedCount: 0 }))).toEqual(waits);
  });

  it('is none for workers that have finished requests, however early they die', () => {
    const policy = new RestartPolicy();
    const lives = [0, 1, 7, 0, 0].map((servedCount) => ({ readyForMs: 10, servedCount }));
    expect(lives.map((life) => policy.ended(life))).toEqual([0, 0, 0, 0, 200]);
  });

  it('does not grow with the number of processes of one try', () => {
    const policy = new RestartPolicy();
    const deaths = [false, true, true, true, false, true, false];
    const life = { readyForMs: null, servedCount: 0 };
    const waits = deaths.map((isStartDue) => policy.ended(life, isStartDue));
    expect(waits).toEqual([100, 100, 100, 100, 200, 200, 400]);
  });

  it('never exceeds half a minute, however often workers die', () => {
    const policy = new RestartPolicy();
    const waits = Array.from({ length: 2_000 }, () => policy.ended({ readyForMs: null, servedCount: 0 }));
    expect(Math.max(...waits)).toBe(30_000);
    expect(waits.at(-1)).toBe(30_000);
    expect(policy.failureCount).toBe(2_000);
  });
});

describe('a ticker', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('looks at intervals while there is something to look at, and leaves no timer behind', () => {
    let looks = 0;
    const ticker = new Ticker(100, () => ++looks < 3);
    ticker.start();
    ticker.start();
    jest.advanceTimersByTime(1_000);
    expect([looks, jest.getTimerCount()]).toEqual([3, 0]);
  });

  it('can be started again', () => {
    let looks = 0;
    const ticker = new Ticker(100, () => ++looks > 99);
    ticker.start();
    jest.advanceTimersByTime(100);
    ticker.start();
    jest.advanceTimersByTime(100);
    expect(looks).toBe(2);
  });

  it('that has been kept from looking puts it off once: what has come meanwhile is read first', () => {
    const looks: number[] = [];
    const ticker = new Ticker(100, () => looks.push(performance.now()) > 0, 250);
    ticker.start();
    const startMs = performance.now();
    const blocked = jest.spyOn(performance, 'now').mockReturnValue(startMs + 3_000);
    jest.advanceTimersByTime(100);
    expect(looks).toEqual([]);
    jest.advanceTimersByTime(100);
    expect(looks).toEqual([startMs + 3_000]);
    blocked.mockReturnValue(startMs + 9_000);
    jest.advanceTimersByTime(100);
    // And again, but never twice: a process that is always late has to look sometimes.
    blocked.mockReturnValue(startMs + 18_000);
    jest.advanceTimersByTime(100);
    expect(looks).toEqual([startMs + 3_000, startMs + 18_000]);
    blocked.mockRestore();
    ticker.close();
  });

  it('does not look after it was closed, not even from within a look, and does not start again', () => {
    let looks = 0;
    const ticker = new Ticker(100, () => {
      looks++;
      ticker.close();
      return true;
    });
    ticker.start();
    jest.advanceTimersByTime(500);
    ticker.start();
    expect([looks, jest.getTimerCount()]).toEqual([1, 0]);
  });
});

describe('the choice of a lane', () => {
  const free: LaneView = { load: 0, mayLookAhead: true, isRecalling: false, busyAround: 0 };
  const recalling: LaneView = { load: 0, mayLookAhead: false, isRecalling: true, busyAround: 0 };
  const busy: LaneView = { load: 1, mayLookAhead: true, isRecalling: false, busyAround: 0 };
  const busier: LaneView = { load: 2, mayLookAhead: true, isRecalling: false, busyAround: 0 };
  const stuck: LaneView = { load: 1, mayLookAhead: false, isRecalling: false, busyAround: 0 };

  const beside: LaneView = { ...free, busyAround: 1 };
  const amongMany: LaneView = { ...free, busyAround: 2 };

  it.each<[string, LaneView[], number, boolean, LaneView | null]>([
    ['a free lane of an idle process before others', [beside, free], 4, false, free],
    ['otherwise one of the process that does least', [busy, amongMany, beside], 4, false, beside],
    ['nothing where there are no lanes', [], 4, false, null],
    ['a free lane before any other', [busy, free], 4, false, free],
    ['a free lane also where nothing is handed ahead', [busy, free], 1, false, free],
    ['a free lane that has a recall to answer', [busy, recalling], 4, false, recalling],
    ['the lane with the fewest requests', [busier, busy], 4, false, busy],
    ['no lane that is full', [busier, busier], 2, false, null],
    ['no busy lane without look-ahead', [busy], 1, false, null],
    ['no lane that is slow or answering', [stuck], 4, false, null],
    ['a busy lane rather than a slow one', [stuck, busier], 4, false, busier],
    ['a free lane for a streamed body', [busy, free], 4, true, free],
    ['no busy lane for a streamed body', [busy], 4, true, null],
    ['no lane with a recall to answer for a streamed body', [recalling], 4, true, null],
  ])('is %s', (_name, lanes, loadMax, isStreamed, chosen) => {
    expect(chooseLane(lanes, loadMax, isStreamed)).toBe(chosen);
  });
});

describe('lines of output', () => {
  const linesOf = (chunks: readonly Buffer[]): string[] => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const chunk of chunks) splitter.receive(chunk);
    splitter.end();
    return lines;
  };

  it.each<[string, string, string[]]>([
    ['end at line feeds', 'one\ntwo\n', ['one', 'two']],
    ['may end in CR LF', 'one\r\ntwo\r\n', ['one', 'two']],
    ['may be empty', '\n\n', ['', '']],
    ['are handed on without an end too, at the end', 'one\ntwo', ['one', 'two']],
    ['are UTF-8', 'näme €\n', ['näme €']],
  ])('%s, in whatever pieces they come', (_name, text, lines) => {
    for (const chunks of everySplit(Buffer.from(text))) expect(linesOf(chunks)).toEqual(lines);
  });

  it('are handed on in pieces if they are very long, and nothing is lost', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), (length) => {
        const lines = linesOf([Buffer.alloc(length, 'x'), Buffer.from('\nend\n')]);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(65_536);
        expect(lines.join('')).toBe(`${'x'.repeat(length)}end`);
      }),
      { numRuns: 20 },
    );
  });

  it('cost no more copying than they are long, even one byte at a time', () => {
    const bytes = Array.from(Buffer.alloc(5_000, '.'), (byte) => Buffer.of(byte));
    expect(copiedBytes(() => linesOf(bytes))).toBeLessThan(3 * 5_000);
  });
});
