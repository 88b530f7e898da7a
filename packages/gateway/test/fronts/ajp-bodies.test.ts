import { describe, expect, it } from '@jest/globals';
import { BODY_END } from '@sluice/ajp/codec';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { answer, AwaitedReader, benches, data, forward, post } from './ajp-bench.ts';

const open = benches();

/** The reader of an exchange's body, which must be one that is still arriving. */
function read(exchange: Exchange): AwaitedReader {
  const reader = new AwaitedReader();
  if (exchange.body.kind !== 'stream') throw new Error('the body does not stream');
  exchange.body.read(reader);
  return reader;
}

describe('a request body over AJP', () => {
  it('comes at the pace it is read, packet by packet', async () => {
    const { bench, web } = await open();
    web.send(post(10), data('hello'));
    const exchange = await bench.exchange();
    expect(exchange.body).toMatchObject({ kind: 'stream', sizeBytes: 10 });
    const reader = read(exchange);
    expect(await web.next()).toMatchObject({ type: 'bodyWanted', countMax: 8186 });
    web.send(data('world'));
    await reader.ended;
    expect(reader.text).toBe('helloworld');
    answer(exchange, 'ok');
    expect((await web.response()).at(-1)).toBe('end, reuse');
  });

  it('of unknown length ends with an empty packet', async () => {
    const { bench, web } = await open();
    web.send(forward({ method: 'PUT', headers: [['transfer-encoding', 'chunked']] }));
    const exchange = await bench.exchange();
    expect(exchange.body).toMatchObject({ kind: 'stream', sizeBytes: null });
    const reader = read(exchange);
    for (const packet of [data('chunked'), data(' upload'), BODY_END]) {
      expect(await web.next()).toMatchObject({ type: 'bodyWanted' });
      web.send(packet);
    }
    await reader.ended;
    expect([reader.text, reader.endings]).toEqual(['chunked upload', ['end']]);
  });

  it('is asked for in the packets agreed on', async () => {
    const { bench, web } = await open({ packetBytes: 65_536 });
    web.send(forward({ method: 'POST' }));
    read(await bench.exchange());
    expect(await web.next()).toEqual({ type: 'bodyWanted', countMax: 65_530 });
  });

  it('is not asked for while nobody takes it', async () => {
    const { bench, web } = await open({ packetBytes: 65_536 });
    web.send(forward({ method: 'PUT', headers: [['transfer-encoding', 'chunked']] }));
    const exchange = await bench.exchange();
    const packet = data('x'.repeat(65_530), 65_536);
    // 256 KiB may wait in the gateway: four packets do not fill them, the fifth does.
    for (let count = 0; count < 5; count++) {
      expect(await web.next()).toMatchObject({ type: 'bodyWanted' });
      web.send(packet);
    }
    web.send(forward({ uri: '/never' }));
    // Nothing of the body is due now, so what comes is out of step; had more been asked for, it would be body.
    expect(await web.response()).toEqual(['400 Bad Request, content-length: 0', 'end, close']);
    expect(exchange.outcome).toBe('cancelled');
  });

  it.each(['GET', 'HEAD'])('is none for %s without a length', async (method) => {
    const { bench, web } = await open();
    web.send(forward({ method }));
    expect((await bench.exchange()).body).toMatchObject({ kind: 'bytes' });
  });

  it('is none with Content-Length 0', async () => {
    const { bench, web } = await open();
    web.send(post(0));
    expect((await bench.exchange()).body).toMatchObject({ kind: 'bytes' });
  });

  it('that nobody read does not become the next request', async () => {
    const { bench, web } = await open();
    bench.onExchange = (exchange) => answer(exchange, exchange.variables.get('REQUEST_URI') ?? '');
    web.send(post(600));
    expect((await web.response()).at(-1)).toBe('end, reuse');
    // The packet that was due after the request; by its bytes it could be a request (CVE-2022-26377).
    web.send(data('x'.repeat(0x202)), forward({ uri: '/next' }));
    expect(await web.response()).toEqual(['200 OK, content-length: 5', 'body /next', 'end, reuse']);
    expect(bench.exchanges).toHaveLength(2);
  });

  it('that ends early fails', async () => {
    const { bench, web } = await open();
    web.send(post(10), data('hello'));
    const reader = read(await bench.exchange());
    expect(await web.next()).toMatchObject({ type: 'bodyWanted' });
    web.send(BODY_END);
    expect(await web.response()).toEqual(['400 Bad Request, content-length: 0', 'end, close']);
    expect(reader.endings).toEqual([expect.stringContaining('5 bytes early')]);
    expect(bench.refused).toEqual([]);
  });

  it('fails when the web server goes away', async () => {
    const { bench, web } = await open();
    web.send(post(10), data('hello'));
    const exchange = await bench.exchange();
    const reader = read(exchange);
    web.close();
    await reader.ended;
    expect(exchange.outcome).toBe('cancelled');
    expect(bench.refused).toEqual([]);
  });
});
