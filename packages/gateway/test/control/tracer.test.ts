// What is told of a request when it is over, and of which.
import { afterEach, describe, expect, it } from '@jest/globals';
import { Outbox } from '../../src/control/outbox.ts';
import type { TraceEvent, TraceFilter } from '../../src/control/trace-event.ts';
import { startTrace } from '../../src/control/tracer.ts';
import { GatewayError } from '../../src/exchange/errors.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { Head } from '../../src/exchange/head.ts';
import { makeExchange } from '../helpers/exchanges.ts';

const ALL: TraceFilter = { path: null, slowerThanMs: 0, status: [] };
const NOTHING = Buffer.alloc(0);
const failure = new GatewayError('SLUICE_WORKER_DIED', 'worker 7 was killed');

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** The lines of a trace that were told so far. */
class Told {
  readonly #outbox = new Outbox(async () => {});
  readonly #stop: () => void;
  text = '';

  constructor(filter: Partial<TraceFilter> = {}, gateway?: number) {
    this.#stop = startTrace({ ...ALL, ...filter }, this.#outbox, gateway);
    stops.push(this.#stop);
  }

  get events(): TraceEvent[] {
    this.text += this.#outbox.takeRest();
    const lines = this.text.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as TraceEvent);
  }

  stop(): void {
    this.#stop();
  }
}

function answer(exchange: Exchange, status = 200, text = ''): void {
  exchange.respond(Head.build(status, 'Whatever', []), Buffer.from(text), true);
}

function get(uri: string): Exchange {
  return makeExchange({ variables: { REQUEST_URI: uri, HTTP_COOKIE: 'session=secret' } }).exchange;
}

describe('a trace', () => {
  it('tells of a request when it is over', () => {
    const told = new Told({}, 2);
    const exchange = get('/a');
    exchange.destination = { target: 'pool:default', pid: 4711 };
    expect(told.events).toEqual([]);
    answer(exchange, 201, 'hello');
    expect(told.events).toEqual([
      expect.objectContaining({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        gateway: 2,
        request: exchange.id,
        protocol: 'test',
        method: 'GET',
        path: '/a',
        status: 201,
        outcome: 'complete',
        bytes: 5,
        to: 'pool:default',
        worker: 4711,
        server: null,
      }),
    ]);
    expect(Object.keys(told.events[0] ?? {})).not.toContain('error');
  });

  it('shows no query, no cookie and no header', () => {
    const told = new Told();
    answer(get('/a?token=secret'));
    expect(told.events).toHaveLength(1);
    expect(told.text).not.toContain('secret');
  });

  it('has no control characters, whatever a client sends as its path', () => {
    const told = new Told();
    answer(get('/a\r\n\x1b[31m\x9b2J\x7f'));
    expect(told.events[0]?.path).toBe('/a\r\n\x1b[31m\x9b2J\x7f');
    expect(told.text.trimEnd()).not.toMatch(/\p{Cc}/u);
  });

  it('says why a request failed in the gateway, and that a client has gone', () => {
    const told = new Told();
    get('/a').fail(failure);
    get('/b').cancel();
    expect(told.events).toEqual([
      expect.objectContaining({
        status: 502,
        outcome: 'SLUICE_WORKER_DIED',
        error: { code: 'SLUICE_WORKER_DIED', message: 'worker 7 was killed' },
      }),
      expect.objectContaining({ status: 0, outcome: 'cancelled', to: null, worker: null }),
    ]);
  });

  it('says nothing when it is over', () => {
    const told = new Told();
    told.stop();
    answer(get('/a'));
    expect(told.events).toEqual([]);
  });
});

/** What is told of an exchange that has come to the end with these times since it arrived. */
function timesOf(times: Partial<Record<'queued' | 'started' | 'replied' | 'answered', number>>) {
  const told = new Told();
  const exchange = get('/');
  const after = (ms: number | undefined): number => (ms === undefined ? 0 : exchange.arrivedMs + ms);
  exchange.respond(Head.build(200, 'OK', []), NOTHING, false);
  exchange.queuedMs = after(times.queued);
  exchange.startedMs = after(times.started);
  exchange.repliedMs = after(times.replied);
  exchange.answeredMs = after(times.answered);
  exchange.write(NOTHING, true);
  const [{ bodyMs, queueMs, firstByteMs, restMs, clientMs, totalMs }] = told.events as [TraceEvent];
  return { parts: [bodyMs, queueMs, firstByteMs, restMs, clientMs], totalMs };
}

describe('the times of a request', () => {
  // Whatever comes after the last that is known takes what is left of the total, which is less than nothing here.
  const REST = expect.any(Number);

  it('follow one another: body, queue, to the first byte, the rest, the client', () => {
    const times = { queued: 10, started: 30, replied: 60, answered: 100 };
    expect(timesOf(times).parts).toEqual([10, 20, 30, 40, REST]);
  });

  it('are together what it took', () => {
    for (const times of [
      {},
      { queued: 5 },
      { queued: 5, started: 9 },
      { queued: 5, started: 9, replied: 11 },
    ]) {
      const { parts, totalMs } = timesOf(times);
      expect(parts.reduce((sum, each) => sum + each, 0)).toBeCloseTo(totalMs, 0);
    }
  });

  it('have nothing for the client where a file was the answer before it was read', () => {
    const times = { queued: 10, started: 20, replied: 50, answered: 30 };
    expect(timesOf(times).parts.slice(0, 4)).toEqual([10, 10, 30, 0]);
  });
});

describe('a filter', () => {
  /** The paths of those that pass. */
  function passing(filter: Partial<TraceFilter>): string[] {
    const told = new Told(filter);
    answer(get('/a/ok?x=/b'), 200);
    answer(get('/b/missing'), 404);
    answer(get('/b/broken'), 503);
    get('/b/gone').cancel();
    return told.events.map(({ path }) => path);
  }

  it.each<[string, Partial<TraceFilter>, string[]]>([
    ['nothing', {}, ['/a/ok', '/b/missing', '/b/broken', '/b/gone']],
    ['a path', { path: '/b' }, ['/b/missing', '/b/broken', '/b/gone']],
    ['a status', { status: ['404'] }, ['/b/missing']],
    ['a class', { status: ['5xx'] }, ['/b/broken']],
    ['one of several', { status: ['2xx', '404'] }, ['/a/ok', '/b/missing']],
    ['no status', { status: ['none'] }, ['/b/gone']],
    ['a path and a status', { path: '/b/', status: ['2xx', '503'] }, ['/b/broken']],
    ['a time that none took', { slowerThanMs: 3_600_000 }, []],
  ])('that asks for %s lets through what has it', (_what, filter, paths) => {
    expect(passing(filter)).toEqual(paths);
  });
});
