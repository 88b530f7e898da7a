import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '../../src/exchange/errors.ts';
import { exchangeDone, type Exchange, type Holder } from '../../src/exchange/exchange.ts';
import { Head } from '../../src/exchange/head.ts';
import { makeExchange } from '../helpers/exchanges.ts';

const OK = Head.build(200, 'OK', []);
const NOTHING = Buffer.alloc(0);
const failure = new GatewayError('SLUICE_WORKER_DIED', 'it died');

class RecordingHolder implements Holder {
  readonly calls: string[] = [];

  cancelled(exchange: Exchange): void {
    this.calls.push(`cancelled ${exchange.outcome}`);
  }

  drained(): void {
    this.calls.push('drained');
  }
}

let published: Exchange[] = [];
const publish = (message: unknown): void => void published.push(message as Exchange);
beforeEach(() => {
  published = [];
  exchangeDone.subscribe(publish);
});
afterEach(() => {
  exchangeDone.unsubscribe(publish);
});

/** The ways for an exchange to end, and the outcome. */
const endings: readonly (readonly [string, (exchange: Exchange) => unknown])[] = [
  ['complete', (exchange) => exchange.respond(OK, NOTHING, true)],
  ['complete', (exchange) => [exchange.respond(OK, NOTHING, false), exchange.write(NOTHING, true)]],
  ['SLUICE_WORKER_DIED', (exchange) => exchange.fail(failure)],
  ['cancelled', (exchange) => exchange.cancel()],
];

describe('an exchange', () => {
  it('has one outcome: nothing that comes after it is sent or counted', () => {
    for (const [outcome, end] of endings) {
      const { exchange, reply } = makeExchange();
      end(exchange);
      const { status, sentBytes, endedMs } = exchange;
      const calls = [...reply.calls];
      for (const [, again] of endings) again(exchange);
      exchange.drained();
      expect([exchange.outcome, exchange.status, exchange.sentBytes, exchange.endedMs]).toEqual([
        outcome,
        status,
        sentBytes,
        endedMs,
      ]);
      expect(reply.calls).toEqual(calls);
      expect(published).toEqual([exchange]);
      published = [];
    }
  });

  it('is published when everything is known about it', () => {
    const { exchange } = makeExchange();
    let seen: unknown[] = [];
    const look = (message: unknown): void => {
      const { outcome, status, sentBytes, endedMs, holder } = message as Exchange;
      seen = [outcome, status, sentBytes, endedMs >= exchange.arrivedMs, holder];
    };
    exchangeDone.subscribe(look);
    exchange.holder = new RecordingHolder();
    exchange.respond(OK, Buffer.from('hello'), true);
    exchangeDone.unsubscribe(look);
    expect(seen).toEqual(['complete', 200, 5, true, null]);
  });

  it('counts the bytes of the body that were sent', () => {
    const { exchange, reply } = makeExchange();
    exchange.respond(OK, Buffer.from('abc'), false);
    exchange.write(Buffer.from('de'), false);
    exchange.write(Buffer.from('f'), true);
    expect([exchange.sentBytes, reply.text, reply.ending]).toEqual([6, 'abcdef', 'complete']);
  });

  it('knows when its reply began, if that is not when it ended', () => {
    const whole = makeExchange().exchange;
    whole.respond(OK, NOTHING, true);
    const { exchange } = makeExchange();
    exchange.respond(OK, NOTHING, false);
    exchange.write(NOTHING, true);
    expect([whole.repliedMs, whole.answeredMs, exchange.answeredMs]).toEqual([0, 0, 0]);
    expect(exchange.repliedMs).toBeGreaterThanOrEqual(exchange.arrivedMs);
    expect(exchange.repliedMs).toBeLessThanOrEqual(exchange.endedMs);
  });

  it('knows when its backend was done, if the rest was left to somebody else', () => {
    const { exchange } = makeExchange();
    exchange.delivery = { ...exchange.delivery, sendFile: () => {} };
    exchange.respondFile(OK, {
      path: Buffer.from('/film'),
      device: 0n,
      inode: 0n,
      offsetBytes: 0,
      sizeBytes: 1,
    });
    expect(exchange.answeredMs).toBeGreaterThanOrEqual(exchange.arrivedMs);
    exchange.cancel();
    expect(exchange.answeredMs).toBeLessThanOrEqual(exchange.endedMs);
  });

  it('has a path without the query', () => {
    const path = (uri: string) => makeExchange({ variables: { REQUEST_URI: uri } }).exchange.path;
    expect([path('/a?b?c'), path('/a'), path('?')]).toEqual(['/a', '/a', '']);
  });

  it('says whether its client takes more, and tells its holder when it does again', () => {
    const { exchange, reply } = makeExchange();
    const holder = new RecordingHolder();
    exchange.holder = holder;
    reply.isWritable = false;
    expect([exchange.respond(OK, NOTHING, false), exchange.write(NOTHING, false)]).toEqual([false, false]);
    exchange.drained();
    expect(holder.calls).toEqual(['drained']);
  });

  it('has a higher number than the one before', () => {
    expect(makeExchange().exchange.id).toBeLessThan(makeExchange().exchange.id);
  });
});

describe('an exchange that fails', () => {
  it('before its head gets a whole error page', () => {
    const { exchange, reply } = makeExchange();
    exchange.fail(failure);
    expect([reply.sentHead?.status, reply.ending, exchange.status]).toEqual([502, 'complete', 502]);
    expect(exchange.sentBytes).toBe(reply.text.length);
    expect(exchange.error).toBe(failure);
  });

  it('after its head is aborted, not ended', () => {
    const { exchange, reply } = makeExchange();
    exchange.respond(OK, Buffer.from('some'), false);
    exchange.fail(failure);
    expect([reply.calls, reply.ending]).toEqual([['head', 'abort'], 'aborted']);
    expect([exchange.outcome, exchange.status]).toEqual(['SLUICE_WORKER_DIED', 200]);
  });

  it('lets a backend go on that waits for its client', () => {
    const { exchange } = makeExchange();
    const holder = new RecordingHolder();
    exchange.holder = holder;
    exchange.respond(OK, NOTHING, false);
    exchange.fail(failure);
    expect(holder.calls).toEqual(['drained']);
  });

  it('has a page without a body for HEAD, with the length the body would have', () => {
    const { exchange, reply } = makeExchange({ variables: { REQUEST_METHOD: 'HEAD' } });
    exchange.fail(failure);
    expect([reply.text, exchange.sentBytes]).toEqual(['', 0]);
    expect(Number(reply.sentHead?.get('content-length'))).toBeGreaterThan(0);
  });

  it('answers in the kind its client accepts, and shows detail where that was asked for', () => {
    const { exchange, reply } = makeExchange({
      variables: { HTTP_ACCEPT: 'application/json' },
      showDetail: true,
    });
    exchange.fail(failure);
    expect(JSON.parse(reply.text)).toMatchObject({ code: 'SLUICE_WORKER_DIED', detail: 'it died' });
  });
});

describe('a client that goes', () => {
  it('is told to the holder once, when the exchange is over already', () => {
    const { exchange, reply } = makeExchange();
    const holder = new RecordingHolder();
    exchange.holder = holder;
    exchange.cancel();
    exchange.cancel();
    expect([holder.calls, reply.calls]).toEqual([['cancelled cancelled'], []]);
  });

  it('after the end is nobody’s business', () => {
    const { exchange } = makeExchange();
    const holder = new RecordingHolder();
    exchange.holder = holder;
    exchange.respond(OK, NOTHING, true);
    exchange.cancel();
    expect([holder.calls, exchange.outcome]).toEqual([[], 'complete']);
  });
});

describe('what is to be done when it is over', () => {
  it('is done once, in order, before it is published, however it ends', () => {
    for (const [, end] of endings) {
      const { exchange } = makeExchange();
      const calls: string[] = [];
      exchange.whenDone(() => calls.push('first'));
      exchange.whenDone(() => calls.push(`second, ${published.length} published`));
      end(exchange);
      end(exchange);
      expect(calls).toEqual(['first', 'second, 0 published']);
      published = [];
    }
  });
});
