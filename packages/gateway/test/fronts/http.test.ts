// The HTTP front on real sockets: requests in, replies out, and connections that end in the middle.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '../../src/exchange/errors.ts';
import { Block } from '../../src/exchange/blocks.ts';
import { Head } from '../../src/exchange/head.ts';
import { HttpFront } from '../../src/fronts/http.ts';
import { answer, bodyOf, FrontBench, untilFullAndDrained } from '../helpers/front-bench.ts';
import { until } from '../helpers/settled.ts';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const STREAM = Head.build(200, 'OK', []);

let bench: FrontBench;
beforeEach(async () => {
  bench = await FrontBench.listen((options) => new HttpFront(options));
});
afterEach(() => bench.close());

describe('a request', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])(
    'by %s is answered',
    async (method) => {
      const client = await bench.connect();
      client.send(`${method} /path HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi`);
      const exchange = await bench.next();
      expect(exchange.variables.get('REQUEST_METHOD')).toBe(method);
      expect(await bodyOf(exchange)).toBe('hi');
      answer(exchange, 'hello');
      await client.until(({ text }) => text.endsWith('\r\n\r\nhello'));
      expect(client.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    },
  );

  it('by HEAD is answered with the headers of a body and without it', async () => {
    const client = await bench.connect();
    client.send('HEAD / HTTP/1.1\r\nHost: x\r\n\r\n', GET);
    answer(await bench.next(), 'hello');
    answer(await bench.next(), 'second');
    await client.until(({ text }) => text.endsWith('\r\n\r\nsecond'));
    expect(client.text.split('\r\n\r\n')[0]).toContain('Content-Length: 5');
    expect(client.text).not.toContain('hello');
  });

  it('has the body it announced, by length or in chunks', async () => {
    const client = await bench.connect();
    client.send('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    const exchange = await bench.next();
    expect(exchange.body).toMatchObject({ kind: 'stream', sizeBytes: null });
    client.send('2\r\nde\r\n0\r\n\r\n');
    expect(await bodyOf(exchange)).toBe('abcde');
    answer(exchange, 'ok');
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc');
    const second = await bench.next();
    expect(second.body).toMatchObject({ kind: 'stream', sizeBytes: 3 });
    expect(await bodyOf(second)).toBe('abc');
    answer(second, 'ok');
  });

  it('without a body does not wait for one', async () => {
    const client = await bench.connect();
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
    const exchange = await bench.next();
    expect([exchange.body.kind, await bodyOf(exchange)]).toEqual(['bytes', '']);
    answer(exchange, 'ok');
  });

  it.each([
    ['two different lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n'],
    ['a length and chunks', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'],
    ['a length that is no number', 'Content-Length: +1\r\n'],
    ['a folded header', 'A: b\r\n c\r\n'],
    ['a space before the colon', 'A : b\r\n'],
    ['NUL in a header', 'A: b\0c\r\n'],
  ])('with %s is refused and does not reach the gateway', async (_name, headers) => {
    const client = await bench.connect();
    client.send(`POST / HTTP/1.1\r\nHost: x\r\n${headers}\r\nx`);
    expect(await client.ended()).toMatch(/^HTTP\/1\.1 400 /);
    expect(bench.exchanges).toEqual([]);
  });

  it('on a connection that stays is followed by the next', async () => {
    const client = await bench.connect();
    for (const text of ['first', 'second', 'third']) {
      client.send(GET);
      answer(await bench.next(), text);
      await client.until((it) => it.text.endsWith(text));
    }
    expect(client.ending).toBe(null);
  });

  it('of HTTP/1.0 is answered, and the connection closed', async () => {
    const client = await bench.connect();
    client.send('GET / HTTP/1.0\r\n\r\n');
    answer(await bench.next(), 'hello');
    expect(await client.ended()).toMatch(/hello$/);
  });
});

describe('a reply', () => {
  it('without a length is sent in chunks as they come', async () => {
    const client = await bench.connect();
    client.send(GET);
    const exchange = await bench.next();
    exchange.respond(STREAM, Buffer.alloc(0), false);
    await client.until(({ text }) => text.endsWith('\r\n\r\n'));
    exchange.write(Buffer.from('one'), false);
    await client.until(({ text }) => text.endsWith('3\r\none\r\n'));
    exchange.write(Buffer.alloc(0), true);
    await client.until(({ text }) => text.endsWith('0\r\n\r\n'));
  });

  it('keeps repeated headers, their order and their case', async () => {
    const client = await bench.connect();
    client.send(GET);
    answer(await bench.next(), 'x', [
      ['Set-Cookie', 'a=1'],
      ['X-One', '1'],
      ['SET-COOKIE', 'b=2'],
      ['X-One', '2'],
    ]);
    await client.until(({ text }) => text.endsWith('\r\n\r\nx'));
    expect(client.text.split('\r\n').filter((line) => /^(set-|x-)/i.test(line))).toEqual([
      'Set-Cookie: a=1',
      'X-One: 1',
      'SET-COOKIE: b=2',
      'X-One: 2',
    ]);
  });

  it.each([
    ['a trailer that is announced but never sent', [['Trailer', 'X']]],
    [
      'a trailer and a length, which exclude each other',
      [
        ['Content-Length', '5'],
        ['Trailer', 'X'],
      ],
    ],
    ['an encoding of its own', [['Transfer-Encoding', 'gzip']]],
    ['a connection header', [['Connection', 'X-Secret']]],
  ] as [string, [string, string][]][])(
    'with %s is sent without that, and hurts nobody else',
    async (_name, headers) => {
      const client = await bench.connect();
      client.send(GET);
      const exchange = await bench.next();
      exchange.respond(Head.build(200, 'OK', headers), Buffer.from('hello'), true);
      await client.until(({ text }) => text.includes('hello'));
      const fields = client.text.split('\r\n');
      for (const [name, value] of headers)
        if (name !== 'Content-Length') expect(fields).not.toContain(`${name}: ${value}`);
      const other = await bench.connect();
      other.send(GET);
      answer(await bench.next(), 'fine');
      await other.until(({ text }) => text.endsWith('fine'));
    },
  );

  it('that comes before the body has been read closes the connection, and is read by the client', async () => {
    const client = await bench.connect();
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nsome');
    const exchange = await bench.next();
    exchange.fail(new GatewayError('SLUICE_BODY_TOO_LARGE', 'too large'));
    const text = await client.ended();
    expect(text).toMatch(/^HTTP\/1\.1 413 [^]*Connection: close/i);
    expect(text).toContain('too large.');
  });

  it('that is aborted cannot be taken for a whole one', async () => {
    for (const version of ['1.0', '1.1']) {
      const client = await bench.connect();
      client.send(`GET / HTTP/${version}\r\nHost: x\r\n\r\n`);
      const exchange = await bench.next();
      exchange.respond(STREAM, Buffer.from('some'), false);
      await client.until(({ text }) => text.includes('some'));
      exchange.fail(new GatewayError('SLUICE_WORKER_DIED', 'it died'));
      expect(await client.ended()).not.toContain('0\r\n\r\n');
      expect(client.ending).toBe('reset');
    }
  });

  it('gives a block back once it has been sent', async () => {
    const client = await bench.connect();
    client.send(GET);
    const exchange = await bench.next();
    const block = Block.take();
    exchange.respond(STREAM, block.lend(block.bytes.subarray(0, 50_000).fill('x')), false);
    await until('the block is back', () => !block.isLent);
    exchange.write(Buffer.from('end'), true);
    await client.until(({ text }) => text.endsWith('0\r\n\r\n'));
    expect(client.text.match(/x/g)).toHaveLength(50_000);
    block.letGo();
  });

  it('says when the client takes no more, and when it does again', async () => {
    const client = await bench.connect();
    client.send(GET);
    const exchange = await bench.next();
    await untilFullAndDrained(exchange, client);
  });
});

describe('a client that goes', () => {
  it('cancels the exchange it waits for', async () => {
    const client = await bench.connect();
    client.send(GET);
    const exchange = await bench.next();
    client.destroy();
    await until('the exchange is over', () => exchange.isDone);
    expect([exchange.outcome, exchange.status]).toEqual(['cancelled', 0]);
  });

  it('in the middle of its body lets the body fail', async () => {
    const client = await bench.connect();
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nsome');
    const exchange = await bench.next();
    const body = bodyOf(exchange);
    client.destroy();
    await expect(body).rejects.toThrow();
    await until('the exchange is over', () => exchange.isDone);
  });

  it('after the reply changes nothing', async () => {
    const client = await bench.connect();
    client.send(GET);
    const exchange = await bench.next();
    answer(exchange, 'hello');
    await client.until(({ text }) => text.endsWith('hello'));
    client.destroy();
    expect(exchange.outcome).toBe('complete');
  });
});

describe('draining', () => {
  it('closes idle connections at once, and busy ones after their reply', async () => {
    const [idle, busy] = [await bench.connect(), await bench.connect()];
    idle.send(GET);
    answer(await bench.next(), 'done');
    await idle.until(({ text }) => text.endsWith('done'));
    busy.send(GET);
    const exchange = await bench.next();
    bench.front.server.close();
    bench.front.drain();
    await idle.ended();
    expect(busy.ending).toBe(null);
    answer(exchange, 'last');
    expect(await busy.ended()).toMatch(/Connection: close[^]*last$/i);
  });

  it('that is not waited for cuts what is left', async () => {
    const client = await bench.connect();
    client.send(GET);
    const exchange = await bench.next();
    bench.front.destroy();
    await client.ended();
    await until('the exchange is over', () => exchange.isDone);
    expect(exchange.outcome).toBe('cancelled');
  });
});
