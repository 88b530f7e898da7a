// Traces of several gateways: asked of all, told as one.
import { afterEach, describe, expect, it } from '@jest/globals';
import { Outbox } from '../../src/control/outbox.ts';
import type { TraceEvent, TraceFilter } from '../../src/control/trace-event.ts';
import { Head } from '../../src/exchange/head.ts';
import type { Traced } from '../../src/gateways/messages.ts';
import { ToldTraces } from '../../src/gateways/told-traces.ts';
import { Traces } from '../../src/gateways/traces.ts';
import { makeExchange } from '../helpers/exchanges.ts';

const ALL: TraceFilter = { path: null, slowerThanMs: 0, status: [] };

class StandIn {
  readonly asked: unknown[] = [];

  async trace(id: number, filter: TraceFilter): Promise<void> {
    this.asked.push([id, filter]);
  }

  endTrace(id: number): void {
    this.asked.push(['end', id]);
  }
}

function outbox() {
  const got: [string, number][] = [];
  return { got, outbox: new Outbox(async (lines, count) => void got.push([lines, count])) };
}

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function request(path: string): void {
  const { exchange } = makeExchange({ variables: { REQUEST_URI: path } });
  exchange.respond(Head.build(200, 'OK', []), Buffer.alloc(0), true);
}

describe('the traces of several gateways', () => {
  it('are asked of each, and of none any more when they are over', async () => {
    const seats = [new StandIn(), new StandIn()];
    const stop = await new Traces().start(seats, ALL, outbox().outbox);
    stop();
    for (const { asked } of seats)
      expect(asked).toEqual([
        [1, ALL],
        ['end', 1],
      ]);
  });

  it('get what any of them tells, each what is for it', async () => {
    const subject = new Traces();
    const [one, other] = [outbox(), outbox()];
    await subject.start([], ALL, one.outbox);
    const stop = await subject.start([], ALL, other.outbox);
    subject.told({ kind: 'traced', id: 1, lines: 'a\nb\n', count: 2 });
    subject.told({ kind: 'traced', id: 2, lines: 'a\n', count: 1 });
    subject.told({ kind: 'traced', id: 1, lines: 'c\n', count: 1 });
    await Promise.all([one.outbox.sent(), other.outbox.sent()]);
    stop();
    subject.told({ kind: 'traced', id: 2, lines: 'too late\n', count: 1 });
    await other.outbox.sent();
    expect([one.got, other.got]).toEqual([[['a\nb\nc\n', 3]], [['a\n', 1]]]);
  });
});

describe('one of several gateways', () => {
  it('tells of its requests under the number of the trace, with its own number', async () => {
    const told: Traced[] = [];
    const subject = new ToldTraces(3, async (traced) => void told.push(traced));
    stops.push(() => subject.end(7));
    subject.start(7, { ...ALL, path: '/a' });
    request('/a');
    request('/b');
    await subject.told();
    expect(told).toMatchObject([{ kind: 'traced', id: 7, count: 1 }]);
    expect(JSON.parse(told[0]?.lines ?? '') as TraceEvent).toMatchObject({ gateway: 3, path: '/a' });
    subject.end(7);
    request('/a');
    await subject.told();
    expect(told).toHaveLength(1);
  });

  it('sends no more before the last has gone', async () => {
    const told: Traced[] = [];
    const gone: (() => void)[] = [];
    const subject = new ToldTraces(1, (traced) => {
      told.push(traced);
      return new Promise((resolve) => gone.push(resolve));
    });
    stops.push(() => subject.end(1));
    subject.start(1, ALL);
    request('/a');
    while (told.length === 0) await new Promise((resolve) => setImmediate(resolve));
    request('/b');
    request('/c');
    const all = subject.told();
    expect(told).toHaveLength(1);
    gone[0]?.();
    while (told.length === 1) await new Promise((resolve) => setImmediate(resolve));
    gone[1]?.();
    await all;
    expect(told.map(({ count }) => count)).toEqual([1, 2]);
  });
});
