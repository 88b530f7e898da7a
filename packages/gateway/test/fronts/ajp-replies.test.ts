import { describe, expect, it } from '@jest/globals';
import { Block } from '../../src/exchange/blocks.ts';
import { GatewayError } from '../../src/exchange/errors.ts';
import { Head } from '../../src/exchange/head.ts';
import { answer, benches, forward } from './ajp-bench.ts';

const open = benches();

const OK = Head.build(200, 'OK', []);
const NOTHING = Buffer.alloc(0);

describe('a reply over AJP', () => {
  it('is one write if it is known at once', async () => {
    const { bench, web } = await open();
    bench.onExchange = (exchange) => answer(exchange, 'hello');
    web.send(forward());
    expect(await web.response()).toEqual(['200 OK, content-length: 5', 'body hello', 'end, reuse']);
    expect(web.received).toHaveLength(1);
    expect(bench.exchanges[0]).toMatchObject({ protocol: 'ajp', outcome: 'complete', status: 200 });
  });

  it('has the standard reason if the application gave none', async () => {
    const { bench, web } = await open();
    bench.onExchange = (exchange) => exchange.respond(Head.build(404, '', []), NOTHING, true);
    web.send(forward());
    expect(await web.response()).toEqual(['404 Not Found', 'end, reuse']);
  });

  it('keeps the order of headers and repeats them', async () => {
    const { bench, web } = await open();
    const head = Head.build(200, 'Fine', [
      ['Set-Cookie', 'a=1'],
      ['X-Other', 'x'],
      ['Set-Cookie', 'b=2'],
    ]);
    bench.onExchange = (exchange) => exchange.respond(head, NOTHING, true);
    web.send(forward());
    expect(await web.response()).toEqual([
      '200 Fine, set-cookie: a=1, X-Other: x, set-cookie: b=2',
      'end, reuse',
    ]);
  });

  it('that streams is flushed with every piece', async () => {
    const { bench, web } = await open();
    web.send(forward());
    const exchange = await bench.exchange();
    exchange.respond(OK, Buffer.from('one'), false);
    const seen = [await web.next(), await web.next(), await web.next()];
    expect(seen).toMatchObject([{ type: 'head' }, { type: 'bodyChunk' }, { type: 'bodyChunk' }]);
    exchange.write(Buffer.from('two'), false);
    exchange.write(NOTHING, true);
    expect(await web.response()).toEqual(['body two', 'flush', 'end, reuse']);
  });

  it('is in packets of its own, and what it was made from is given back', async () => {
    const { bench, web } = await open();
    web.send(forward());
    const exchange = await bench.exchange();
    const block = Block.take();
    exchange.respond(OK, block.lend(block.bytes.subarray(0, 40_000)), false);
    expect(block.isLent).toBe(false);
    exchange.write(block.lend(block.bytes.subarray(0, 40_000)), true);
    expect(block.isLent).toBe(false);
    block.letGo();
  });

  it('to HEAD has no body', async () => {
    const { bench, web } = await open();
    bench.onExchange = (exchange) => answer(exchange, 'hello');
    web.send(forward({ method: 'HEAD' }));
    expect(await web.response()).toEqual(['200 OK, content-length: 5', 'end, reuse']);
  });

  it('waits for a web server that does not read', async () => {
    const { bench, web } = await open();
    web.pause();
    web.send(forward());
    const exchange = await bench.exchange();
    const drained = new Promise<void>((resolve) => {
      exchange.holder = { cancelled: () => {}, drained: () => resolve() };
    });
    const block = Buffer.alloc(64 * 1024, 'x');
    exchange.respond(OK, NOTHING, false);
    let sent = 0;
    do sent += block.length;
    while (exchange.write(block, false));
    web.resume();
    await drained;
    exchange.write(NOTHING, true);
    const words = await web.response();
    const received = words
      .filter((word) => word.startsWith('body '))
      .reduce((sum, word) => sum + word.length - 5, 0);
    expect([received, words.at(-1)]).toEqual([sent, 'end, reuse']);
  });

  it('that fails after its head is cut, and what was sent before arrives', async () => {
    const { bench, web } = await open();
    web.send(forward());
    const exchange = await bench.exchange();
    exchange.respond(OK, Buffer.from('the beginning'), false);
    exchange.fail(new GatewayError('SLUICE_APPLICATION_FAILED', 'raised'));
    expect(await web.response()).toEqual(['200 OK', 'body the beginning', 'flush', 'closed']);
  });

  it('that fails before its head is an error page', async () => {
    const { bench, web } = await open();
    bench.onExchange = (exchange) => exchange.fail(new GatewayError('SLUICE_QUEUE_FULL', 'full'));
    web.send(forward({ headers: [['accept', 'application/json']] }));
    const [head, body, end] = await web.response();
    expect(head).toMatch(/^503 Service Unavailable, content-type: application\/json,.*Retry-After: 1/);
    expect(body).toContain('"code":"SLUICE_QUEUE_FULL"');
    expect(end).toBe('end, reuse');
  });

  it.each([true, false])(
    'with a head too large for a packet is a 500 (known at once: %s)',
    async (isLast) => {
      const { bench, web } = await open();
      const head = Head.build(200, 'OK', [['X-Big', 'x'.repeat(8200)]]);
      bench.onExchange = (exchange) => {
        exchange.respond(head, Buffer.from('body'), isLast);
        if (!isLast) exchange.write(Buffer.from('more'), true);
      };
      web.send(forward());
      const [first, body, end] = await web.response();
      expect(first).toMatch(/^500 Internal Server Error, /);
      expect(body).not.toContain('X-Big');
      expect(end).toBe('end, reuse');
      const [exchange] = bench.exchanges;
      expect(exchange).toMatchObject({ status: 500, isDone: true });
      for (const hint of ['X-Big', 'packet_size', 'ProxyIOBufferSize'])
        expect(exchange?.error?.message).toContain(hint);
    },
  );

  it('with a head that fits the packets agreed on is sent', async () => {
    const { bench, web } = await open({ packetBytes: 65_536 });
    const head = Head.build(200, 'OK', [['X-Big', 'x'.repeat(8200)]]);
    bench.onExchange = (exchange) => exchange.respond(head, NOTHING, true);
    web.send(forward());
    expect(await web.response()).toEqual([expect.stringMatching(/^200 OK, X-Big: x{8200}$/), 'end, reuse']);
  });

  it.each([
    ['longer', [true], 'hello!'],
    ['shorter', [true], 'hell'],
    ['longer, in pieces', [false, false], 'hello!'],
    ['shorter, in pieces', [false, true], 'hell'],
  ])('%s than its Content-Length is cut and counts as failed', async (_name, ends, text) => {
    const { bench, web } = await open();
    const head = Head.build(200, 'OK', [['Content-Length', '5']]);
    web.send(forward());
    const exchange = await bench.exchange();
    const [first = false, ...others] = ends;
    exchange.respond(head, first ? Buffer.from(text) : NOTHING, first);
    for (const isLast of others) exchange.write(Buffer.from(text), isLast);
    expect((await web.response()).at(-1)).toBe('closed');
    expect(exchange).toMatchObject({ isDone: true, error: { code: 'SLUICE_APPLICATION_FAILED' } });
  });
});
