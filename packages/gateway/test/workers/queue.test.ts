// The waiting line against the obvious model: an array.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Queue } from '../../src/backends/workers/queue.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { makeExchange } from '../helpers/exchanges.ts';

interface Model {
  readonly line: Exchange[];
  /** Taken from the front, and free to come back. */
  readonly taken: Exchange[];
}

type Command = fc.Command<Model, Queue>;

class Push implements Command {
  check(): boolean {
    return true;
  }

  run(model: Model, queue: Queue): void {
    const { exchange } = makeExchange();
    model.line.push(exchange);
    queue.push(exchange);
    same(model, queue);
  }

  toString(): string {
    return 'push';
  }
}

class Shift implements Command {
  check(): boolean {
    return true;
  }

  run(model: Model, queue: Queue): void {
    const exchange = model.line.shift() ?? null;
    expect(queue.shift()?.id ?? null).toBe(exchange?.id ?? null);
    if (exchange) model.taken.push(exchange);
    same(model, queue);
  }

  toString(): string {
    return 'shift';
  }
}

class Rejoin implements Command {
  readonly #pick: number;

  constructor(pick: number) {
    this.#pick = pick;
  }

  check({ taken }: Readonly<Model>): boolean {
    return taken.length > 0;
  }

  run(model: Model, queue: Queue): void {
    const [exchange] = model.taken.splice(this.#pick % model.taken.length, 1);
    if (!exchange) return;
    model.line.push(exchange);
    model.line.sort((a, b) => a.id - b.id);
    queue.rejoin(exchange);
    same(model, queue);
  }

  toString(): string {
    return `rejoin(${this.#pick})`;
  }
}

class Delete implements Command {
  readonly #pick: number;

  constructor(pick: number) {
    this.#pick = pick;
  }

  check({ line }: Readonly<Model>): boolean {
    return line.length > 0;
  }

  run(model: Model, queue: Queue): void {
    const [exchange] = model.line.splice(this.#pick % model.line.length, 1);
    if (!exchange) return;
    expect([queue.delete(exchange), queue.delete(exchange)]).toEqual([true, false]);
    same(model, queue);
  }

  toString(): string {
    return `delete(${this.#pick})`;
  }
}

function same({ line }: Model, queue: Queue): void {
  expect([queue.length, queue.first?.id ?? null]).toEqual([line.length, line[0]?.id ?? null]);
}

describe('the waiting line', () => {
  it('does what an array would do, and keeps the order of arrival', () => {
    const commands = fc.commands(
      [
        fc.constant(new Push()),
        fc.constant(new Shift()),
        fc.nat().map((pick) => new Rejoin(pick)),
        fc.nat().map((pick) => new Delete(pick)),
      ],
      { maxCommands: 60 },
    );
    fc.assert(
      fc.property(commands, (list) => {
        const model: Model = { line: [], taken: [] };
        const queue = new Queue();
        fc.modelRun(() => ({ model, real: queue }), list);
        expect(drain(queue)).toEqual(model.line.map(({ id }) => id));
      }),
    );
  });

  it('puts what was queued earlier before what was queued later, whatever came in first', () => {
    const queue = new Queue();
    const [early, late] = [makeExchange().exchange, makeExchange().exchange];
    early.queuedMs = 20;
    late.queuedMs = 10;
    queue.push(early);
    queue.rejoin(late);
    expect(drain(queue)).toEqual([late.id, early.id]);
  });
});

function drain(queue: Queue): number[] {
  const ids: number[] = [];
  for (let next = queue.shift(); next; next = queue.shift()) ids.push(next.id);
  return ids;
}
