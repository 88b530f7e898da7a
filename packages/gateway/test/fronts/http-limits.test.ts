// Clients that take their time: what they must not do is to hold anything for ever.
import { afterEach, describe, expect, it } from '@jest/globals';
import { Head } from '../../src/exchange/head.ts';
import { HttpFront, type HttpFrontOptions } from '../../src/fronts/http.ts';
import { USUAL_LIMITS, type HttpLimits } from '../../src/fronts/http-limits.ts';
import { answer, bodyOf, FrontBench } from '../helpers/front-bench.ts';
import { until, untilLeft } from '../helpers/settled.ts';

let bench: FrontBench;
afterEach(() => bench.close());

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const STREAM = Head.build(200, 'OK', []);
const post = (length: number): string => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;

/** A front with some limits small, so that the others cannot be what a test sees. */
async function listen(limits: Partial<HttpLimits>, options: Partial<HttpFrontOptions> = {}): Promise<void> {
  const long = Object.fromEntries(
    Object.keys(USUAL_LIMITS)
      .filter((name) => name.endsWith('Ms'))
      .map((name) => [name, 600_000]),
  );
  const all: HttpLimits = { ...USUAL_LIMITS, ...long, ...limits };
  bench = await FrontBench.listen((usual) => new HttpFront({ ...usual, ...options, limits: all }));
}

describe('a head that does not come', () => {
  it.each([
    ['in the middle of a line', 'GET / HT'],
    ['in the middle of the headers', 'GET / HTTP/1.1\r\nHost: x\r\n'],
  ])('is given up with 408 %s', async (_name, bytes) => {
    await listen({ headerTimeoutMs: 100 });
    const client = await bench.connect();
    client.send(bytes);
    expect(await client.ended()).toMatch(/^HTTP\/1\.1 408 [^]*Connection: close/);
  });

  it('is given up without a word where nothing was sent', async () => {
    await listen({ headerTimeoutMs: 100 });
    expect(await (await bench.connect()).ended()).toBe('');
  });

  it('takes nothing from the request before, which is answered', async () => {
    await listen({ headerTimeoutMs: 100 });
    const other = await bench.connect();
    const client = await bench.connect();
    client.send(GET, 'GET / HT');
    const exchange = await bench.next();
    other.send('GET / HT');
    // Both began at the same time, so the other's end says that the time of both is over.
    await other.ended();
    answer(exchange, 'fine');
    expect(await client.ended()).toMatch(/^HTTP\/1\.1 200 [^]*fine$/);
  });
});

describe('a connection that waits for its next request', () => {
  it('is closed in the end', async () => {
    await listen({ keepAliveTimeoutMs: 100 });
    const client = await bench.connect();
    client.send(GET);
    answer(await bench.next(), 'fine');
    expect(await client.ended()).toMatch(/fine$/);
  });

  it('is not taken for one while its request is being answered', async () => {
    await listen({ keepAliveTimeoutMs: 50 });
    const [busy, idle] = [await bench.connect(), await bench.connect()];
    busy.send(GET);
    const exchange = await bench.next();
    idle.send(GET);
    answer(await bench.next(), 'idle');
    await idle.ended();
    answer(exchange, 'busy');
    await busy.until(({ text }) => text.endsWith('busy'));
  });
});

describe('a body', () => {
  it('that stops coming fails with 408', async () => {
    await listen({ bodyTimeoutMs: 50 });
    const client = await bench.connect();
    client.send(post(10), 'some');
    const exchange = await bench.next();
    const read = bodyOf(exchange).catch(() => 'failed');
    expect(await client.ended()).toMatch(/^HTTP\/1\.1 408 [^]*Connection: close/);
    expect(await read).toBe('failed');
    expect(exchange.error?.message).toMatch(/^4 bytes of the request body in 50 ms/);
    expect(exchange.outcome).toBe('SLUICE_REQUEST_SLOW');
  });

  it('that comes more slowly than the rate fails, though each byte comes in time', async () => {
    await listen({ bodyTimeoutMs: 200, bodyBytesPerSecond: 1_000_000 });
    const client = await bench.connect();
    client.send(post(1_000_000));
    const exchange = await bench.next();
    const drip = setInterval(() => client.send('x'), 20);
    expect(await client.ended()).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
    expect(exchange.outcome).toBe('SLUICE_REQUEST_SLOW');
  });

  it('has all the time that its reader takes', async () => {
    await listen({ bodyTimeoutMs: 30 });
    const client = await bench.connect();
    const bytes = Buffer.alloc(2_000_000);
    client.send(post(bytes.length), bytes);
    const exchange = await bench.next();
    const { body } = exchange;
    if (body.kind !== 'stream') throw new Error('no body');
    // Nobody reads, so the front pauses. Another connection shows that more than the time has passed.
    const slow = await bench.connect();
    slow.send(post(10));
    await slow.ended();
    let seenBytes = 0;
    await new Promise<void>((resolve, reject) =>
      body.read({
        chunk: (chunk) => {
          seenBytes += chunk.length;
          return true;
        },
        end: resolve,
        failed: reject,
      }),
    );
    expect([seenBytes, exchange.outcome]).toEqual([bytes.length, null]);
  });
});

describe('a client that does not read', () => {
  it('is cut off in the middle of a reply', async () => {
    await listen({ sendTimeoutMs: 100 });
    const client = await bench.connect();
    client.socket.pause();
    client.send(GET);
    const exchange = await bench.next();
    const drained = (): void => {
      while (!exchange.isDone && exchange.write(Buffer.alloc(65_536), false));
    };
    exchange.holder = { cancelled: () => {}, drained };
    exchange.respond(STREAM, Buffer.alloc(0), false);
    drained();
    await until('the exchange is over', () => exchange.isDone);
    expect(exchange.outcome).toBe('cancelled');
  });

  it('is cut off with the rest of a reply whose backend has gone', async () => {
    await listen({ sendTimeoutMs: 100 });
    const client = await bench.connect();
    client.socket.pause();
    client.send(GET);
    const exchange = await bench.next();
    exchange.respond(STREAM, Buffer.alloc(50_000_000), true);
    expect(exchange.outcome).toBe('complete');
    await untilLeft(bench.front.server, 0);
  });

  it('is not taken for one while the application computes', async () => {
    await listen({ sendTimeoutMs: 30, bodyTimeoutMs: 200 });
    const client = await bench.connect();
    client.send(GET);
    const exchange = await bench.next();
    exchange.respond(STREAM, Buffer.from('some'), false);
    await client.until(({ text }) => text.includes('some'));
    const clock = await bench.connect();
    clock.send(post(10));
    await clock.ended();
    exchange.write(Buffer.from('more'), true);
    await client.until(({ text }) => text.includes('more'));
  });
});

describe('a connection', () => {
  it('ends after as many requests as it may have', async () => {
    await listen({ connectionRequestsCount: 2 });
    const client = await bench.connect();
    client.send(GET);
    answer(await bench.next(), 'first');
    await client.until(({ text }) => text.endsWith('first'));
    expect(client.text).not.toMatch(/Connection: close/);
    client.send(GET);
    answer(await bench.next(), 'second');
    expect(await client.ended()).toMatch(/Connection: close[^]*second$/);
  });

  it('has its requests run one after the other, in order', async () => {
    await listen({});
    const client = await bench.connect();
    const targets = Array.from({ length: 20 }, (_, index) => `/${index}`);
    client.send(targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
    for (const target of targets) {
      const exchange = await bench.next();
      expect(exchange.variables.get('REQUEST_URI')).toBe(target);
      await new Promise((resolve) => setImmediate(resolve));
      expect(bench.exchanges.filter(({ isDone }) => !isDone)).toEqual([exchange]);
      answer(exchange, `<${target}>`);
    }
    await client.until(({ text }) => text.endsWith('</19>'));
    expect(client.text.match(/<[^>]*>/g)).toEqual(targets.map((target) => `<${target}>`));
  });

  it('that sends many more without waiting is told so, in its turn, and closed', async () => {
    await listen({});
    const client = await bench.connect();
    client.send(GET.repeat(200));
    for (let index = 0; index < 33; index++) answer(await bench.next(), `<${index}>`);
    const text = await client.ended();
    expect(text.match(/<\d+>/g)).toHaveLength(33);
    expect(text).toMatch(/<32>HTTP\/1\.1 429 [^]*Connection: close/);
    expect(bench.exchanges).toHaveLength(33);
  });

  it('that goes takes the requests with it that wait', async () => {
    await listen({});
    const client = await bench.connect();
    client.send(GET.repeat(3));
    const exchange = await bench.next();
    client.destroy();
    await until('the exchange is over', () => exchange.isDone);
    await new Promise((resolve) => setImmediate(resolve));
    expect(bench.exchanges).toEqual([exchange]);
  });

  it('answers what came before bytes that are no request, and ends', async () => {
    await listen({});
    const client = await bench.connect();
    client.send(GET, GET, 'nonsense\r\n\r\n');
    answer(await bench.next(), 'first');
    answer(await bench.next(), 'second');
    expect(await client.ended()).toMatch(/first[^]*second$/);
  });
});

describe('Expect: 100-continue', () => {
  const expecting = (length: number): string =>
    `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`;

  it('is answered when somebody reads the body', async () => {
    await listen({});
    const client = await bench.connect();
    client.send(expecting(4));
    const exchange = await bench.next();
    expect(client.text).toBe('');
    const body = bodyOf(exchange);
    await client.until(({ text }) => text === 'HTTP/1.1 100 Continue\r\n\r\n');
    client.send('body');
    expect(await body).toBe('body');
    answer(exchange, 'fine');
    await client.until(({ text }) => text.endsWith('fine'));
  });

  it('is not when the body is not wanted', async () => {
    await listen({});
    const client = await bench.connect();
    client.send(expecting(4));
    const exchange = await bench.next();
    if (exchange.body.kind === 'stream') exchange.body.discard();
    answer(exchange, 'no');
    const text = await client.ended();
    expect(text).toMatch(/^HTTP\/1\.1 200 [^]*Connection: close[^]*no$/);
    expect(text).not.toMatch(/ 100 /);
  });
});
