// Requests in real Python workers, and what their deaths cost.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { BodyStream } from '../../src/exchange/body.ts';
import { RecordingSource } from '../helpers/body-readers.ts';
import { bytesBody } from '../helpers/exchanges.ts';
import { FifoGate } from '../helpers/fifo-gate.ts';
import { RealPool } from '../helpers/real-pool.ts';
import { until } from '../helpers/settled.ts';
import { Temporary } from '../helpers/temporary.ts';

const temporary = new Temporary();
afterAll(() => temporary.remove());

describe('a pool of two processes with two threads', () => {
  let real: RealPool;
  beforeAll(async () => {
    real = await new RealPool().ready(2);
  });
  afterAll(() => real.close());

  it('answers many requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => real.fetch('/hello')));
    expect(answers).toEqual(Array(200).fill([200, 'hello']));
  });

  it('gives the application its body, in one piece or streamed', async () => {
    const whole = real.request('/echo', '', bytesBody('a=1'));
    const stream = new BodyStream(new RecordingSource(), null);
    const streamed = real.request('/echo', '', stream);
    stream.push(Buffer.from('a=1&'));
    stream.push(Buffer.from('b=2'));
    stream.finish();
    await Promise.all([whole.done, streamed.done]);
    expect([whole.reply.text, streamed.reply.text]).toEqual(['a=1', 'a=1&b=2']);
  });

  it('answers quick requests while slow ones hold all threads but one', async () => {
    const directory = temporary.directory();
    const gates = [0, 1, 2].map((index) => new FifoGate(directory, `quick-${index}`));
    const slow = gates.map(({ query }) => real.request('/slow', query));
    await Promise.all(gates.map((gate) => gate.begun()));
    const answers = await Promise.all(Array.from({ length: 50 }, () => real.fetch('/hello')));
    expect(answers).toEqual(Array(50).fill([200, 'hello']));
    expect(slow.map(({ exchange }) => exchange.isDone)).toEqual([false, false, false]);
    await Promise.all(gates.map((gate) => gate.open()));
    await Promise.all(slow.map(({ done }) => done));
    expect(slow.map(({ exchange }) => exchange.outcome)).toEqual(['complete', 'complete', 'complete']);
  });

  it('reports what is printed: lines without a request, wsgi.errors with it', async () => {
    const { exchange, done } = real.request('/prints');
    await done;
    await until('all is printed', () => real.output.length >= 3);
    expect(new Map(real.output)).toEqual(
      new Map<string, number | null>([
        ['to stderr', null],
        ['to stdout', null],
        ['to wsgi.errors\n', exchange.id],
      ]),
    );
  });

  it('answers an exception with 500 and keeps its traceback', async () => {
    const { exchange, done } = real.request('/raises');
    await done;
    expect([exchange.status, exchange.outcome]).toEqual([500, 'SLUICE_APPLICATION_FAILED']);
    expect(exchange.error?.detail).toMatch(/Traceback[^]*ValueError: on purpose/);
  });
});

describe('a worker that', () => {
  let real: RealPool | null = null;
  afterEach(async () => {
    await real?.close();
    real = null;
  });

  it.each([
    ['exits', '/exits', 'SLUICE_WORKER_DIED', 'exited with status 7'],
    ['is killed', '/kills-itself', 'SLUICE_WORKER_DIED', 'was ended by signal SIGKILL'],
    ['sends garbage', '/garbage', 'SLUICE_WORKER_PROTOCOL', 'broke the worker wire'],
  ])('%s costs its request 502 and is replaced', async (_name, path, code, reason) => {
    real = await new RealPool({ processes: 1, command: { threads: 1 } }).ready(1);
    const { exchange, done } = real.request(path);
    await done;
    expect([exchange.outcome, exchange.status]).toEqual([code, 502]);
    expect(real.endings.map((ending) => ending.reason.includes(reason))).toEqual([true]);
    expect(await real.fetch('/hello')).toEqual([200, 'hello']);
    expect(real.pids).toHaveLength(2);
  });

  it('dies does not take those with it that wait behind its request', async () => {
    const pool = await new RealPool({ processes: 1, command: { threads: 1 }, recallAfterMs: 10_000 }).ready(
      1,
    );
    real = pool;
    const dying = pool.request('/exits');
    const behind = await Promise.all([1, 2, 3].map(() => pool.fetch('/hello')));
    expect([dying.exchange.status, behind]).toEqual([502, Array(3).fill([200, 'hello'])]);
  });

  it('dies while a slow client keeps its lane from being read: what it had begun is not begun again', async () => {
    const marks = `${temporary.directory()}/marks`;
    real = await new RealPool({ processes: 1, command: { threads: 1 }, recallAfterMs: 10_000 }).ready(1);
    const large = real.request('/large');
    large.reply.isWritable = false;
    const deadly = real.request('/marks-and-exits', marks);
    await deadly.done;
    expect(deadly.exchange.outcome).toBe('SLUICE_WORKER_DIED');
    expect(readFileSync(marks, 'utf8')).toBe('begun\n');
  });

  it('dies with a request that it has not read costs nothing: another one runs it', async () => {
    real = await new RealPool({ processes: 1, command: { threads: 1 } }).ready(1);
    const [pid = 0] = real.pids;
    process.kill(pid, 'SIGSTOP');
    const unread = real.request('/hello');
    // What is written in this round of the event loop has been written in the next.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    process.kill(pid, 'SIGKILL');
    await unread.done;
    expect([unread.exchange.outcome, unread.reply.text]).toEqual(['complete', 'hello']);
    expect(real.pids).toHaveLength(2);
  });

  it('is dead already costs nothing either', async () => {
    real = await new RealPool({ processes: 1, command: { threads: 1 } }).ready(1);
    const [pid = 0] = real.pids;
    process.kill(pid, 'SIGKILL');
    expect(await real.fetch('/hello')).toEqual([200, 'hello']);
  });

  it('closes its lane and goes on is ended, and the client gets 502', async () => {
    real = await new RealPool({ processes: 1, command: { threads: 1 } }).ready(1);
    const { exchange, done } = real.request('/closes-its-lane');
    await done;
    expect([exchange.outcome, exchange.status]).toEqual(['SLUICE_WORKER_PROTOCOL', 502]);
    expect(real.endings[0]?.reason).toMatch(/closed its end of lane 0 and went on/);
    expect(await real.fetch('/hello')).toEqual([200, 'hello']);
  });

  it('runs a request for too long is replaced, and the client gets 504', async () => {
    const gate = new FifoGate(temporary.directory(), 'stuck');
    real = await new RealPool({ processes: 1, command: { threads: 1 }, requestTimeoutMs: 200 }).ready(1);
    const { exchange, done } = real.request('/slow', gate.query);
    await gate.begun();
    await done;
    expect([exchange.outcome, exchange.status]).toEqual(['SLUICE_REQUEST_TIMEOUT', 504]);
    expect(await real.fetch('/hello')).toEqual([200, 'hello']);
    expect(real.pids).toHaveLength(2);
  });
});
