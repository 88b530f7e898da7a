// The clock of request bodies: what is late, what is only slow, and what nobody waits for.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BodyStream } from '../../src/exchange/body.ts';
import { Head } from '../../src/exchange/head.ts';
import { BodyClock } from '../../src/spool/body-clock.ts';
import { makeExchange, type TestExchange } from '../helpers/exchanges.ts';

const TIMEOUT_MS = 1_000;
const SOURCE = { pause: () => {}, resume: () => {} };

let clock: BodyClock;

beforeEach(() => {
  jest.useFakeTimers();
  clock = new BodyClock(TIMEOUT_MS);
});
afterEach(() => {
  jest.useRealTimers();
});

/** A request whose body has begun, and whether its reader was told that it broke off. */
function upload(): TestExchange & { readonly body: BodyStream; readonly failures: string[] } {
  const body = new BodyStream(SOURCE, 100);
  const made = makeExchange({ body });
  const failures: string[] = [];
  body.read({ chunk: () => true, end: () => {}, failed: ({ message }) => failures.push(message) });
  clock.watch(made.exchange, body);
  return { ...made, body, failures };
}

describe('the clock of request bodies', () => {
  it('fails a request with 408 when nothing of its body has come for too long', () => {
    const { exchange, body, failures } = upload();
    body.push(Buffer.alloc(10));
    jest.advanceTimersByTime(TIMEOUT_MS);
    expect(exchange.isDone).toBe(false);
    jest.advanceTimersByTime(TIMEOUT_MS);
    expect([exchange.outcome, exchange.status]).toEqual(['SLUICE_REQUEST_SLOW', 408]);
    expect(failures).toEqual([expect.stringMatching(/1000 ms, after 10 bytes \(limits\.body_timeout\)/)]);
  });

  it('lets a slow one arrive', () => {
    const { exchange, body } = upload();
    for (let count = 0; count < 100; count++) {
      jest.advanceTimersByTime(TIMEOUT_MS / 2);
      body.push(Buffer.alloc(1));
    }
    body.finish();
    jest.advanceTimersByTime(10 * TIMEOUT_MS);
    expect(exchange.isDone).toBe(false);
  });

  it('does not hold it against the client that it was asked to pause', () => {
    const body = new BodyStream(SOURCE, null);
    const { exchange } = makeExchange({ body });
    clock.watch(exchange, body);
    body.push(Buffer.alloc(1_000_000));
    jest.advanceTimersByTime(10 * TIMEOUT_MS);
    expect(exchange.isDone).toBe(false);
    body.discard();
    jest.advanceTimersByTime(2 * TIMEOUT_MS);
    expect(exchange.outcome).toBe('SLUICE_REQUEST_SLOW');
  });

  it('aborts a reply that had begun', () => {
    const { exchange, reply } = upload();
    exchange.status = 200;
    jest.advanceTimersByTime(2 * TIMEOUT_MS);
    expect([exchange.outcome, reply.ending]).toEqual(['SLUICE_REQUEST_SLOW', 'aborted']);
  });

  it('keeps nothing of a request that is over, not even until it looks again', () => {
    const uploads = [upload(), upload(), upload()];
    expect(clock.count).toBe(3);
    uploads[0]?.exchange.cancel();
    uploads[1]?.exchange.respond(Head.build(200, 'OK', []), Buffer.alloc(0), true);
    expect(clock.count).toBe(1);
  });

  it('has no timer when there is nothing to watch', () => {
    upload().body.finish();
    upload().exchange.cancel();
    jest.advanceTimersByTime(TIMEOUT_MS);
    expect(jest.getTimerCount()).toBe(0);
    const late = upload();
    jest.advanceTimersByTime(2 * TIMEOUT_MS);
    expect(late.exchange.outcome).toBe('SLUICE_REQUEST_SLOW');
  });
});
