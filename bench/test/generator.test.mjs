// The load generator against a server that answers as each test wants. It is C, so it is compiled first.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Generator } from '../src/gate/load/load.mjs';
import { gcc } from '../src/servers/floor.mjs';

const describeWithGcc = gcc.version() === undefined ? describe.skip : describe;
if (gcc.version() === undefined) console.log(`skipped: gcc is missing: ${gcc.install}`);

describeWithGcc('load generator', () => {
  let generator;
  let server;

  beforeAll(() => {
    generator = new Generator();
  });
  afterAll(() => generator.close());
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  async function load(classes, onRequest) {
    server = createServer(onRequest).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const signal = AbortSignal.timeout(20_000);
    return generator.run(`http://127.0.0.1:${server.address().port}/`, classes, { seed: 1, signal });
  }

  const answerAtOnce = (_request, response) => response.end('done.\n');

  it('sends open requests whether earlier ones are answered or not, and counts from their planned time', async () => {
    const waiting = [];
    let expected = 0;
    const { requests } = await load([{ path: '/', rates: [[200, 300]] }], (request, response) => {
      waiting.push(response);
      // All are sent before the first answer: 300 ms are over when nothing has come for so long.
      clearTimeout(expected);
      expected = setTimeout(() => waiting.forEach((each) => each.end('done.\n')), 300);
    });
    expect(requests.length).toBeGreaterThan(20);
    expect(requests.every(({ outcome, status }) => outcome === 'answered' && status === 200)).toBe(true);
    const lastPlanned = Math.max(...requests.map(({ plannedMs }) => plannedMs));
    for (const { plannedMs, latencyMs } of requests) {
      expect(plannedMs + latencyMs).toBeGreaterThanOrEqual(lastPlanned);
    }
  });

  it('plans the same requests for the same seed, in phases of their rates', async () => {
    const rates = [
      [100, 200],
      [0, 200],
      [100, 200],
    ];
    const { requests } = await load([{ path: '/', rates }], answerAtOnce);
    const planned = requests.map(({ plannedMs }) => plannedMs);
    expect(planned.filter((ms) => ms >= 200 && ms < 400)).toEqual([]);
    expect(planned.filter((ms) => ms < 200).length).toBeGreaterThan(5);
    expect(planned.filter((ms) => ms >= 400).length).toBeGreaterThan(5);
    const again = await generator.run(`http://127.0.0.1:${server.address().port}/`, [{ path: '/', rates }], {
      seed: 1,
      signal: AbortSignal.timeout(20_000),
    });
    expect(again.requests.map(({ plannedMs }) => plannedMs).sort((a, b) => a - b)).toEqual(
      planned.sort((a, b) => a - b),
    );
  });

  it('keeps a number of clients busy, each with one request at a time, and stops at the most', async () => {
    let running = 0;
    let most = 0;
    const { requests } = await load([{ path: '/', clients: 4, most: 50 }], (_request, response) => {
      running++;
      most = Math.max(most, running);
      setImmediate(() => {
        running--;
        response.end('done.\n');
      });
    });
    expect(requests).toHaveLength(50);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('closes the connection of a request that it gives up', async () => {
    const closed = [];
    const { requests } = await load([{ path: '/', clients: 2, most: 2, giveUp: 50 }], (request, response) => {
      closed.push(once(response, 'close'));
    });
    expect(requests.map(({ outcome }) => outcome)).toEqual(['gave up', 'gave up']);
    await Promise.all(closed);
  });

  it('understands answers with a length, in chunks, and ended by closing', async () => {
    const answers = [
      (response) => response.end('x'.repeat(1000)),
      (response) => {
        response.write('y'.repeat(700));
        setImmediate(() => response.end('z'.repeat(300)));
      },
      (response) => {
        response.useChunkedEncodingByDefault = false;
        response.removeHeader('Transfer-Encoding');
        response.shouldKeepAlive = false;
        response.write('c'.repeat(600));
        response.end('c'.repeat(400));
      },
    ];
    let next = 0;
    const { requests, generator: itself } = await load(
      [{ path: '/', clients: 1, most: 6 }],
      (_request, response) => answers[next++ % answers.length](response),
    );
    expect(requests.map(({ bodyBytes }) => bodyBytes)).toEqual([1000, 1000, 1000, 1000, 1000, 1000]);
    expect(requests.every(({ outcome }) => outcome === 'answered')).toBe(true);
    expect(itself.opened).toBe(2);
  });

  it('sends a request again whose kept connection closes before an answer, and says so', async () => {
    const seen = new WeakMap();
    const { requests } = await load([{ path: '/', clients: 1, most: 4 }], ({ socket }, response) => {
      const count = (seen.get(socket) ?? 0) + 1;
      seen.set(socket, count);
      if (count === 2) socket.destroy();
      else response.end('done.\n');
    });
    expect(requests.map(({ outcome }) => outcome)).toEqual(Array(4).fill('answered'));
    expect(requests.filter(({ isRetried }) => isRetried)).toHaveLength(3);
  });

  it('does not send it again when the connection was new', async () => {
    const { requests } = await load([{ path: '/', clients: 1, most: 2 }], ({ socket }) => socket.destroy());
    expect(requests.map(({ outcome, isRetried }) => [outcome, isRetried])).toEqual([
      ['broken', false],
      ['broken', false],
    ]);
  });

  it('uploads all bytes, and at the pace of a slow line if told so', async () => {
    const lengths = [];
    const onRequest = async (request, response) => {
      let length = 0;
      for await (const piece of request) length += piece.length;
      lengths.push(length);
      response.end('r'.repeat(5000));
    };
    const { requests } = await load(
      [
        { path: '/', clients: 1, most: 1, upload: 3_000_000 },
        { path: '/', clients: 1, most: 1, upload: 5000, pace: 10_000, isFar: true },
      ],
      onRequest,
    );
    expect(lengths.sort((a, b) => a - b)).toEqual([5000, 3_000_000]);
    expect(requests.every(({ outcome, bodyBytes }) => outcome === 'answered' && bodyBytes === 5000)).toBe(
      true,
    );
    const slow = requests.find(({ classIndex }) => classIndex === 1);
    // 10,000 bytes both ways at 10,000 a second, the first quarter of a second at once.
    expect(slow.latencyMs).toBeGreaterThan(700);
  });

  it('counts what was under way at the end as unfinished', async () => {
    const { requests } = await load([{ path: '/', clients: 3, until: 50 }], () => {});
    expect(requests.map(({ outcome }) => outcome)).toEqual(['unfinished', 'unfinished', 'unfinished']);
  });
});
