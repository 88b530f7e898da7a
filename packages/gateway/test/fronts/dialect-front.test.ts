// The fronts of SCGI and uwsgi on real sockets, as web servers use them and as they should not.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '../../src/exchange/errors.ts';
import { Head } from '../../src/exchange/head.ts';
import { DialectFront, type DialectRefusal } from '../../src/fronts/dialect-front.ts';
import type { FrontOptions } from '../../src/fronts/front.ts';
import { SCGI } from '../../src/fronts/scgi.ts';
import { UWSGI } from '../../src/fronts/uwsgi.ts';
import { netstring, packet, scgi, uwsgi } from '../helpers/dialect-peer.ts';
import { answer, bodyOf, FrontBench, untilFullAndDrained } from '../helpers/front-bench.ts';
import { until } from '../helpers/settled.ts';

const STREAM = Head.build(200, 'OK', []);

let bench: FrontBench;
let refusals: DialectRefusal[] = [];
let surplus: number[] = [];
afterEach(async () => {
  await bench.close();
  refusals = [];
  surplus = [];
});

describe.each([
  { dialect: SCGI, request: scgi, status: 'Status: ' },
  { dialect: UWSGI, request: uwsgi, status: 'HTTP/1.1 ' },
])('$dialect.title', ({ dialect, request, status }) => {
  const open = (where: 'tcp' | 'unix', limits: Partial<FrontOptions> = {}): Promise<FrontBench> =>
    FrontBench.listen(
      (options) =>
        new DialectFront(dialect, {
          ...options,
          refused: (_peer, refusal) => refusals.push(refusal),
          surplus: (_peer, contentBytes) => surplus.push(contentBytes),
        }),
      where,
      limits,
    );
  beforeEach(async () => {
    bench = await open('tcp');
  });

  describe('a request', () => {
    it('is answered with a head, the body and the end of the connection', async () => {
      const client = await bench.connect();
      client.send(request());
      answer(await bench.next(), 'hello', [['X-A', 'b']]);
      expect(await client.ended()).toBe(`${status}200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello`);
      expect(client.ending).toBe('closed');
    });

    it('may come over a Unix socket', async () => {
      await bench.close();
      bench = await open('unix');
      const client = await bench.connect();
      client.send(request());
      answer(await bench.next(), 'hello');
      expect(await client.ended()).toMatch(/hello$/);
    });

    it('may come one byte at a time', async () => {
      const client = await bench.connect();
      client.socket.setNoDelay(true);
      for (const byte of Buffer.concat([request([], 3), Buffer.from('abc')])) client.send(Buffer.of(byte));
      const exchange = await bench.next();
      expect(await bodyOf(exchange)).toBe('abc');
      answer(exchange, 'ok');
      expect(await client.ended()).toMatch(/ok$/);
    });

    it('hands its variables on as they are', async () => {
      const odd = [
        ['X_LONG', 'v'.repeat(300)],
        ['X_BYTES', 'caf\xc3\xa9'],
        ['X_EMPTY', ''],
        ['UWSGI_FILE', '/etc/passwd'],
        ['odd name=\xff', 'x'],
      ] as const;
      const client = await bench.connect();
      client.send(request(odd));
      const { protocol, variables } = await bench.next();
      expect(protocol).toBe(dialect.protocol);
      expect(odd.map(([name]) => [name, variables.get(name)])).toEqual(odd);
    });
  });

  describe('a body', () => {
    it('that came with its head is all there', async () => {
      const client = await bench.connect();
      client.send(request([], 5), 'abcde');
      const exchange = await bench.next();
      expect([exchange.body.kind, await bodyOf(exchange)]).toEqual(['bytes', 'abcde']);
    });

    it('that comes later is a stream of known size', async () => {
      const client = await bench.connect();
      client.send(request([], 6), 'abc');
      const exchange = await bench.next();
      expect(exchange.body).toMatchObject({ kind: 'stream', sizeBytes: 6 });
      const body = bodyOf(exchange);
      client.send('def');
      expect(await body).toBe('abcdef');
    });

    it('loses what comes behind its length, and nothing of that is a request', async () => {
      const client = await bench.connect();
      client.send(request([], 3), 'abc', request([['EVIL', '1']]));
      const exchange = await bench.next();
      expect(await bodyOf(exchange)).toBe('abc');
      client.send(request([['EVIL', '2']]));
      await until('it is told', () => surplus.length > 0);
      expect(surplus).toEqual([3]);
      answer(exchange, 'ok');
      expect(await client.ended()).toMatch(/ok$/);
      expect(bench.exchanges).toHaveLength(1);
    });

    it('that should not be there is told once', async () => {
      for (let count = 0; count < 2; count++) {
        const client = await bench.connect();
        client.send(request([], 0), 'x');
        const exchange = await bench.next();
        client.send('y');
        expect(await bodyOf(exchange)).toBe('');
        answer(exchange, 'ok');
        await client.ended();
      }
      expect(surplus).toEqual([0]);
    });

    it('that should not be there and goes on does not cut off the reply', async () => {
      const client = await bench.connect();
      client.send(request([], 0), 'x');
      const exchange = await bench.next();
      await until('it is told', () => surplus.length > 0);
      client.socket.pause();
      answer(exchange, 'y'.repeat(200_000));
      for (let round = 0; round < 5; round++) await new Promise((resolve) => setImmediate(resolve));
      client.send('z'.repeat(100_000));
      await until('all is sent', () => client.socket.writableLength === 0);
      client.socket.resume();
      const reply = await client.ended();
      expect(reply.length - reply.indexOf('y')).toBe(200_000);
      expect(client.ending).toBe('closed');
    });

    it('that is not complete fails, and cancels the exchange', async () => {
      const client = await bench.connect();
      client.send(request([], 10), 'abc');
      const exchange = await bench.next();
      const body = bodyOf(exchange);
      client.socket.end();
      await expect(body).rejects.toThrow('the connection ended 7 bytes before the body');
      expect(exchange.outcome).toBe('cancelled');
    });

    it('makes the web server wait while nobody reads it', async () => {
      const client = await bench.connect();
      client.send(request([], 8_000_000));
      const exchange = await bench.next();
      for (let count = 0; count < 80; count++) client.send('x'.repeat(100_000));
      await until('the web server has to wait', () => client.socket.writableLength > 0);
      const before = client.socket.writableLength;
      expect((await bodyOf(exchange)).length).toBe(8_000_000);
      expect(client.socket.writableLength).toBeLessThan(before);
    });

    it('that nobody reads does not cut the reply off', async () => {
      const client = await bench.connect();
      client.send(request([], 8_000_000));
      const exchange = await bench.next();
      for (let count = 0; count < 80; count++) client.send('x'.repeat(100_000));
      await until('the web server has to wait', () => client.socket.writableLength > 0);
      answer(exchange, 'too large');
      expect(await client.ended()).toMatch(/too large$/);
      await until('the web server has sent everything', () => client.socket.writableLength === 0);
    });
  });

  describe('a reply', () => {
    it('is sent as it comes', async () => {
      const client = await bench.connect();
      client.send(request());
      const exchange = await bench.next();
      exchange.respond(STREAM, Buffer.alloc(0), false);
      await client.until(({ text }) => text === `${status}200 OK\r\n\r\n`);
      exchange.write(Buffer.from('one'), false);
      await client.until(({ text }) => text.endsWith('one'));
      exchange.write(Buffer.from('two'), true);
      expect(await client.ended()).toMatch(/onetwo$/);
    });

    it('is not cut, however large', async () => {
      const client = await bench.connect();
      client.send(request());
      answer(await bench.next(), 'x'.repeat(3_000_000));
      expect((await client.ended()).split('\r\n\r\n')[1]?.length).toBe(3_000_000);
    });

    it('that fails before its head is a whole error page', async () => {
      const client = await bench.connect();
      client.send(request([['HTTP_ACCEPT', 'application/json']]));
      (await bench.next()).fail(new GatewayError('SLUICE_QUEUE_FULL', 'full'));
      const text = await client.ended();
      expect(text.startsWith(`${status}503 Service Unavailable\r\n`)).toBe(true);
      expect(text).toMatch(/Retry-After: 1\r\n[^]*SLUICE_QUEUE_FULL/);
    });

    it('that is aborted does not end like a whole one', async () => {
      const client = await bench.connect();
      client.send(request());
      const exchange = await bench.next();
      exchange.respond(STREAM, Buffer.from('some'), false);
      await client.until(({ text }) => text.includes('some'));
      exchange.fail(new GatewayError('SLUICE_WORKER_DIED', 'it died'));
      await client.ended();
      expect(client.ending).toBe('reset');
    });

    it('says when the web server takes no more, and when it does again', async () => {
      const client = await bench.connect();
      client.send(request());
      const exchange = await bench.next();
      await untilFullAndDrained(exchange, client);
      await client.ended();
      expect(client.ending).toBe('closed');
    });
  });

  describe('what is no request', () => {
    it.each(['x', '-1', '1e3'])('is answered with 400 and told: CONTENT_LENGTH %s', async (length) => {
      const client = await bench.connect();
      client.send(request([], length));
      expect((await client.ended()).startsWith(`${status}400 Bad Request\r\n`)).toBe(true);
      expect([bench.exchanges, refusals]).toEqual([
        [],
        [{ code: 'CONTENT_LENGTH', message: `CONTENT_LENGTH "${length}" is not a length`, untold: 0 }],
      ]);
    });

    it('is answered with 400: too large variables', async () => {
      await bench.close();
      bench = await open('tcp', { variablesBytes: 10_000 });
      const client = await bench.connect();
      client.send(request([['X', 'x'.repeat(20_000)]]));
      expect((await client.ended()).startsWith(`${status}400 `)).toBe(true);
      expect(refusals).toMatchObject([{ code: 'HEAD_TOO_LARGE' }]);
    });

    it('is closed without an answer if it is of another protocol, and told once', async () => {
      for (let count = 0; count < 3; count++) {
        const client = await bench.connect();
        client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
        expect(await client.ended()).toBe('');
      }
      expect(refusals).toMatchObject([{ code: 'WRONG_PROTOCOL', untold: 0 }]);
      expect(refusals[0]?.message).toContain('it looks like HTTP');
    });

    it('costs only itself: a connection that ends in its head', async () => {
      const client = await bench.connect();
      client.send(request().subarray(0, 20));
      client.socket.end();
      await client.ended();
      const next = await bench.connect();
      next.send(request());
      answer(await bench.next(), 'fine');
      expect(await next.ended()).toMatch(/fine$/);
      expect(bench.exchanges).toHaveLength(1);
    });
  });

  it('a web server that closes cancels the exchange', async () => {
    const client = await bench.connect();
    client.send(request());
    const exchange = await bench.next();
    let cancelled = 0;
    exchange.holder = { cancelled: () => cancelled++, drained: () => {} };
    client.destroy();
    await until('it is over', () => exchange.isDone);
    expect([exchange.outcome, cancelled]).toEqual(['cancelled', 1]);
  });

  it('draining closes connections without a request, and lets the others end', async () => {
    let connections = 0;
    bench.front.server.on('connection', () => connections++);
    const [idle, busy] = [await bench.connect(), await bench.connect()];
    busy.send(request());
    const exchange = await bench.next();
    await until('both are connected', () => connections === 2);
    bench.front.drain();
    expect(await idle.ended()).toBe('');
    expect(busy.ending).toBe(null);
    answer(exchange, 'last');
    expect(await busy.ended()).toMatch(/last$/);
  });
});

describe('only SCGI', () => {
  beforeEach(async () => {
    bench = await FrontBench.listen(
      (options) => new DialectFront(SCGI, { ...options, refused: () => {}, surplus: () => {} }),
    );
  });

  it('is answered with 400 where the netstring is not closed', async () => {
    const client = await bench.connect();
    client.send(netstring('CONTENT_LENGTH\x000\0SCGI\x001\0').subarray(0, -1), ';');
    expect(await client.ended()).toMatch(/^Status: 400 /);
  });
});

describe('only uwsgi', () => {
  beforeEach(async () => {
    bench = await FrontBench.listen(
      (options) => new DialectFront(UWSGI, { ...options, refused: () => {}, surplus: () => {} }),
    );
  });

  it('answers a ping', async () => {
    const client = await bench.connect();
    client.send(packet([], 100));
    await client.ended();
    expect(client.received).toEqual(Buffer.of(100, 0, 0, 1));
    expect(bench.exchanges).toEqual([]);
  });
});
