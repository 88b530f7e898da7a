// Lines for a reader that may be slower than they come.
import { describe, expect, it } from '@jest/globals';
import { Outbox, UNSENT_MAX } from '../../src/control/outbox.ts';

/** A reader that takes the next lines when it is told to. */
class Reader {
  readonly got: [lines: string, count: number][] = [];
  #take: () => void = () => {};
  #arrived: () => void = () => {};

  readonly outbox = new Outbox(async (lines, count) => {
    this.got.push([lines, count]);
    this.#arrived();
    await new Promise<void>((resolve) => (this.#take = resolve));
  });

  add(...lines: string[]): void {
    for (const line of lines) this.outbox.add(1, () => line);
  }

  /** Resolves when the next lines have come. */
  next(): Promise<void> {
    return new Promise((resolve) => (this.#arrived = resolve));
  }

  /** Takes what has come. */
  take(): void {
    this.#take();
  }
}

const HALF = 'x'.repeat(UNSENT_MAX / 2);

describe('an outbox', () => {
  it('sends what came in one round of the event loop together, and then what came meanwhile', async () => {
    const reader = new Reader();
    reader.add('a', 'b');
    await reader.next();
    reader.add('c', 'd');
    const next = reader.next();
    reader.take();
    await next;
    reader.take();
    await reader.outbox.sent();
    expect(reader.got).toEqual([
      ['ab', 2],
      ['cd', 2],
    ]);
  });

  it('counts what comes while too much waits, without making it, and tells the count when there is room', async () => {
    const reader = new Reader();
    reader.add(HALF);
    await reader.next();
    reader.add(HALF);
    let made = 0;
    const make = () => `${++made}`;
    for (let count = 0; count < 3; count++) reader.outbox.add(1, make);
    reader.outbox.add(40, make);
    expect(made).toBe(0);
    const next = reader.next();
    reader.take();
    await next;
    reader.add('later');
    const last = reader.next();
    reader.take();
    await last;
    reader.take();
    await reader.outbox.sent();
    expect(reader.got.slice(1)).toEqual([
      [`${HALF}{"missed":43}\n`, 44],
      ['later', 1],
    ]);
  });

  it('gives out what it has not sent yet', async () => {
    const reader = new Reader();
    reader.add('a');
    await reader.next();
    reader.add('b');
    expect(reader.outbox.takeRest()).toBe('b');
    reader.take();
    await reader.outbox.sent();
    expect(reader.got).toEqual([['a', 1]]);
  });
});
