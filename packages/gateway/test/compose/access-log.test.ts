// What is written about each request when it is over.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError, type FailureCode } from '../../src/exchange/errors.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { Head } from '../../src/exchange/head.ts';
import { startAccessLog, startFailureLog } from '../../src/observe/access-log.ts';
import { createLogger } from '../../src/observe/log.ts';
import { makeExchange } from '../helpers/exchanges.ts';

type Line = Readonly<Record<string, unknown>>;

let texts: string[] = [];
const stops: (() => void)[] = [];
const logger = createLogger(
  { level: 'info', format: 'json', access: true, file: null },
  { write: (text) => texts.push(text) },
);
const lines = (): Line[] => texts.map((text) => JSON.parse(text) as Line);

beforeEach(() => {
  texts = [];
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

function complete(exchange: Exchange, text: string): void {
  exchange.respond(Head.build(201, 'Created', []), Buffer.from(text), true);
}

describe('the access log', () => {
  beforeEach(() => {
    stops.push(startAccessLog(logger));
  });

  it('has one line for each request, with what happened', () => {
    const { exchange } = makeExchange({ variables: { REQUEST_URI: '/a', REMOTE_ADDR: '192.0.2.1' } });
    complete(exchange, 'hello');
    expect(lines()).toEqual([
      expect.objectContaining({
        level: 'info',
        message: 'request',
        request: exchange.id,
        protocol: 'test',
        client: '192.0.2.1',
        method: 'GET',
        path: '/a',
        status: 201,
        outcome: 'complete',
        bytes: 5,
      }),
    ]);
  });

  it('leaves out the query, which may hold secrets', () => {
    const { exchange } = makeExchange({
      variables: { REQUEST_URI: '/a?token=secret', QUERY_STRING: 'token=secret' },
    });
    complete(exchange, '');
    expect(texts.join('')).not.toContain('secret');
    expect(lines()[0]).toMatchObject({ path: '/a' });
  });

  it('keeps one line for a path that tries to make two', () => {
    const { exchange } = makeExchange({
      variables: { REQUEST_URI: '/a\r\nFAKE\x1b[31m\x9b', REMOTE_ADDR: '\n' },
    });
    complete(exchange, '');
    const isControl = (character: string): boolean => /\p{Cc}/u.test(character);
    expect(Array.from(texts.join('').trimEnd()).filter(isControl)).toEqual([]);
    expect(lines()).toHaveLength(1);
  });

  it('has a line for a client that has gone, too', () => {
    const { exchange } = makeExchange();
    exchange.cancel();
    expect(lines()).toEqual([expect.objectContaining({ status: 0, outcome: 'cancelled', bytes: 0 })]);
  });

  it('says how long a request waited and how long it took', () => {
    const { exchange } = makeExchange();
    // Its body took its time, which is no time in the queue.
    exchange.queuedMs = exchange.arrivedMs + 5_000;
    exchange.startedMs = exchange.queuedMs + 12.34;
    complete(exchange, '');
    const [line] = lines();
    expect(line?.['queueMs']).toBe(12.3);
    expect(Number(line?.['totalMs'])).toBeGreaterThanOrEqual(0);
  });

  it('has no time in the queue for what never was in one', () => {
    const { exchange } = makeExchange();
    complete(exchange, '');
    expect(lines()[0]?.['queueMs']).toBe(0);
  });

  it('says nothing after it was stopped', () => {
    for (const stop of stops.splice(0)) stop();
    complete(makeExchange().exchange, '');
    expect(lines()).toEqual([]);
  });
});

describe('the log of failures', () => {
  beforeEach(() => {
    stops.push(startFailureLog(logger));
  });

  it.each<[FailureCode, string]>([
    ['SLUICE_BAD_REQUEST', 'warn'],
    ['SLUICE_BODY_TOO_LARGE', 'warn'],
    ['SLUICE_QUEUE_FULL', 'warn'],
    ['SLUICE_APPLICATION_FAILED', 'error'],
    ['SLUICE_WORKER_DIED', 'error'],
    ['SLUICE_REQUEST_TIMEOUT', 'error'],
    ['SLUICE_SPOOL_FAILED', 'error'],
  ])('names %s and is a %s', (code, level) => {
    const { exchange } = makeExchange();
    exchange.fail(new GatewayError(code, 'what happened', { detail: 'Traceback' }));
    expect(lines()).toEqual([
      expect.objectContaining({
        level,
        code,
        message: 'what happened',
        detail: 'Traceback',
        request: exchange.id,
      }),
    ]);
  });

  it('has nothing about requests that went well, or whose client has gone', () => {
    complete(makeExchange().exchange, '');
    makeExchange().exchange.cancel();
    expect(lines()).toEqual([]);
  });
});
