// Both sides joined in memory: what one writes the other reads, in pieces of a size the test chooses.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Pair } from './helpers/pair.ts';

const exchange = fc.record({
  body: fc.oneof(fc.nat(500), fc.nat(70_000)),
  answer: fc.oneof(fc.nat(500), fc.nat(70_000)),
  abort: fc.boolean(),
});

describe('client and server joined', () => {
  it('carry every body to its own request, whatever the cut and the capacity', () => {
    fc.assert(
      fc.property(
        fc.array(exchange, { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 50, max: 20_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        (exchanges, concurrency, pieceSize, capacity) => {
          const pair = new Pair({ concurrency, pieceSize, capacity });
          const outcomes = exchanges.map(({ body, answer, abort }, index) =>
            pair.send({
              nonce: `<${index}>`,
              bodyLength: body,
              answerLength: answer,
              abort: abort && concurrency > 1,
            }),
          );
          pair.run();
          for (const outcome of outcomes) {
            expect(outcome.isWrong).toBe(false);
            expect(outcome.isDone || outcome.isAborted).toBe(true);
          }
          expect(pair.errors).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keep a quick request quick while a slow one is not read', () => {
    const pair = new Pair({ concurrency: 2, pieceSize: 4096, capacity: 1 << 20 });
    pair.stallRequest('<slow>');
    const slow = pair.send({ nonce: '<slow>', bodyLength: 100_000, answerLength: 10, abort: false });
    const quick = pair.send({ nonce: '<quick>', bodyLength: 1000, answerLength: 1000, abort: false });
    pair.run();
    expect([slow.isDone, quick.isDone]).toEqual([false, true]);
    pair.releaseRequests();
    pair.run();
    expect([slow.isDone, slow.isWrong]).toEqual([true, false]);
  });
});
