// One lane against a scripted worker: what goes out, what comes back, and what is refused.
import { describe, expect, it } from '@jest/globals';
import { encodeFrame, FLAG, FRAME, WireError } from '../../src/backends/workers/frames.ts';
import { Block } from '../../src/exchange/blocks.ts';
import { BodyBytes } from '../../src/exchange/body.ts';
import { bytesBody, makeExchange } from '../helpers/exchanges.ts';
import { LaneBench, responseFrame } from '../helpers/lane-bench.ts';

describe('sending requests', () => {
  it('gathers what is assigned and sends it in one write', () => {
    const bench = new LaneBench();
    bench.lane.assign(makeExchange().exchange);
    bench.lane.assign(makeExchange({ body: bytesBody('a=1') }).exchange);
    expect([bench.socket.writes.length, bench.owner.outputs > 0]).toEqual([0, true]);
    bench.lane.flush();
    bench.lane.flush();
    expect(bench.socket.writes).toHaveLength(1);
    expect(bench.sent.map(({ type, flags, tag }) => [type, flags, tag])).toEqual([
      [FRAME.request, 0, 1],
      [FRAME.request, 0, 2],
    ]);
    expect(bench.sent[1]?.payload.subarray(-3).toString()).toBe('a=1');
  });

  it('names the file of a body that is in one', () => {
    const bench = new LaneBench();
    bench.lane.assign(makeExchange({ body: { kind: 'file', path: '/spool/1', sizeBytes: 9 } }).exchange);
    bench.lane.flush();
    const [frame] = bench.sent;
    expect([frame?.flags, frame?.payload.subarray(-8).toString()]).toEqual([FLAG.file, '/spool/1']);
  });

  it('gives each request the moment from which it runs', () => {
    const bench = new LaneBench();
    const [first, second] = [makeExchange().exchange, makeExchange().exchange];
    bench.lane.assign(first);
    bench.lane.assign(second);
    expect([first.startedMs > 0, second.startedMs]).toEqual([true, 0]);
    bench.respond(1);
    expect(second.startedMs >= first.startedMs && second.startedMs > 0).toBe(true);
  });

  it('goes through all tags and begins again with those that are free', () => {
    const bench = new LaneBench();
    for (let count = 0; count < 65_600; count++) {
      const { exchange } = makeExchange();
      const tag = (count + 1) & 0xffff;
      bench.lane.assign(exchange);
      bench.respond(tag);
      if (exchange.outcome !== 'complete')
        throw new Error(`request ${count} with tag ${tag}: ${exchange.outcome}`);
    }
    bench.lane.flush();
    expect([...new Set(bench.sent.map(({ tag }) => tag))]).toHaveLength(65_536);
  });
});

describe('a body in a block', () => {
  it('is given back when the request has ended, because until then it may run elsewhere', () => {
    const bench = new LaneBench();
    const block = Block.take();
    const body = new BodyBytes([block.lend(block.bytes.subarray(0, 40_000))]);
    bench.lane.assign(makeExchange().exchange);
    bench.lane.assign(makeExchange({ body }).exchange);
    bench.lane.flush();
    expect(block.isLent).toBe(true);
    const [returned] = bench.lane.takeBack([2]);
    expect([returned?.body, block.isLent]).toEqual([body, true]);
    if (returned) bench.lane.assign(returned);
    bench.lane.flush();
    bench.respond(1);
    bench.socket.writableLength = 100;
    bench.respond(3);
    expect(block.isLent).toBe(true);
    bench.socket.writableLength = 0;
    bench.lane.writable();
    expect(block.isLent).toBe(false);
  });
});

describe('answers', () => {
  it('go to the requests in their order', () => {
    const bench = new LaneBench();
    const all = [makeExchange(), makeExchange(), makeExchange()];
    for (const { exchange } of all) bench.lane.assign(exchange);
    bench.respond(1, 'one');
    bench.respond(2, 'tw', 0);
    bench.respondMore(2, 'o', FLAG.end);
    bench.respond(3, 'three');
    expect(all.map(({ reply }) => [reply.text, reply.ending])).toEqual([
      ['one', 'complete'],
      ['two', 'complete'],
      ['three', 'complete'],
    ]);
    expect(bench.owner.ended).toEqual(all.map(({ exchange }) => exchange));
    expect(bench.lane.load).toBe(0);
  });

  it('may come in any pieces', () => {
    const bench = new LaneBench();
    const { exchange, reply } = makeExchange();
    bench.lane.assign(exchange);
    for (const byte of responseFrame(1, 'hello', FLAG.end)) bench.lane.receive(Buffer.of(byte));
    expect([reply.text, reply.ending]).toEqual(['hello', 'complete']);
  });

  it('of a failed application become a 500 with the traceback as detail', () => {
    const bench = new LaneBench();
    const { exchange } = makeExchange();
    bench.lane.assign(exchange);
    bench.lane.receive(encodeFrame(FRAME.failed, FLAG.end, 1, Buffer.from('Traceback: é')));
    expect([exchange.status, exchange.outcome, exchange.error?.detail]).toEqual([
      500,
      'SLUICE_APPLICATION_FAILED',
      'Traceback: é',
    ]);
    expect(bench.lane.load).toBe(0);
  });

  it('that fail after their head abort the reply', () => {
    const bench = new LaneBench();
    const { exchange, reply } = makeExchange();
    bench.lane.assign(exchange);
    bench.respond(1, 'some', 0);
    bench.lane.receive(encodeFrame(FRAME.failed, FLAG.end, 1, Buffer.alloc(0)));
    expect([reply.text, reply.ending]).toEqual(['some', 'aborted']);
  });

  it('leave the text of wsgi.errors with the request that wrote it', () => {
    const bench = new LaneBench();
    bench.lane.assign(makeExchange().exchange);
    bench.lane.receive(encodeFrame(FRAME.log, 0, 1, Buffer.from('näme\n')));
    expect(bench.owner.log).toEqual(['näme\n']);
  });
});

describe('a worker that breaks the rules', () => {
  const head = Buffer.from('\0\0\0\x08200 OK\r\n', 'latin1');
  const badHead = Buffer.from('\0\0\0\x0c200 OK\nX: y\n', 'latin1');
  const cases: readonly (readonly [name: string, frames: readonly Buffer[]])[] = [
    ['answers a request that waits', [encodeFrame(FRAME.response, FLAG.end, 2, head)]],
    ['answers a request that never was', [encodeFrame(FRAME.response, FLAG.end, 9, head)]],
    ['answers once too often', [1, 2, 2].map((tag) => encodeFrame(FRAME.response, FLAG.end, tag, head))],
    ['sends a second head', [1, 1].map((tag) => encodeFrame(FRAME.response, 0, tag, head))],
    ['sends a body before the head', [encodeFrame(FRAME.responseBody, 0, 1, head)]],
    ['sends a head with bare line feeds', [encodeFrame(FRAME.response, FLAG.end, 1, badHead)]],
    ['writes a log for a request that waits', [encodeFrame(FRAME.log, 0, 2, head)]],
    ['fails a request that waits', [encodeFrame(FRAME.failed, FLAG.end, 2, head)]],
    ['sends what is not a frame', [Buffer.from('HTTP/1.1 200 OK\r\n')]],
  ];

  it.each(cases)('%s: WireError', (_name, frames) => {
    const bench = new LaneBench();
    bench.lane.assign(makeExchange().exchange);
    bench.lane.assign(makeExchange().exchange);
    expect(() => frames.forEach((frame) => bench.lane.receive(frame))).toThrow(WireError);
  });
});

describe('a client', () => {
  it('that reads slowly pauses the lane until it has drained', () => {
    const bench = new LaneBench();
    const { exchange, reply } = makeExchange();
    reply.isWritable = false;
    bench.lane.assign(exchange);
    bench.respond(1, 'x', 0);
    expect(bench.socket.isPaused).toBe(true);
    exchange.drained();
    expect(bench.socket.isPaused).toBe(false);
    bench.respondMore(1, 'y');
    expect(bench.socket.isPaused).toBe(true);
  });

  it('that reads slowly does not keep the lane paused after its response', () => {
    const bench = new LaneBench();
    const { exchange, reply } = makeExchange();
    reply.isWritable = false;
    bench.lane.assign(exchange);
    bench.lane.receive(
      Buffer.concat([
        responseFrame(1, 'x', 0),
        encodeFrame(FRAME.responseBody, FLAG.end, 1, Buffer.alloc(0)),
      ]),
    );
    expect([exchange.outcome, bench.socket.isPaused]).toEqual(['complete', false]);
  });

  it('that reads slowly and gets an aborted response does not keep the lane paused either', () => {
    const bench = new LaneBench();
    const { exchange, reply } = makeExchange();
    reply.isWritable = false;
    bench.lane.assign(exchange);
    const failed = encodeFrame(FRAME.failed, FLAG.end, 1, Buffer.alloc(0));
    bench.lane.receive(Buffer.concat([responseFrame(1, 'x', 0), failed]));
    expect(bench.socket.isPaused).toBe(false);
  });

  it('that goes is told to the worker, whose answer is then swallowed', () => {
    const bench = new LaneBench();
    const { exchange, reply } = makeExchange();
    bench.lane.assign(makeExchange().exchange);
    bench.lane.assign(exchange);
    exchange.cancel();
    expect(bench.owner.cancelledTags).toEqual([2]);
    bench.respond(1);
    bench.lane.receive(encodeFrame(FRAME.failed, FLAG.end | FLAG.cancelled, 2, Buffer.alloc(0)));
    expect([exchange.outcome, reply.calls, bench.lane.load]).toEqual(['cancelled', [], 0]);
  });

  it('that goes before its request was sent is told to the worker after the request, not before', () => {
    const bench = new LaneBench();
    const { exchange } = makeExchange();
    bench.lane.assign(exchange);
    const sentBefore: number[] = [];
    bench.owner.onCancelled = () => sentBefore.push(...bench.sent.map(({ tag }) => tag));
    exchange.cancel();
    expect([bench.owner.cancelledTags, sentBefore]).toEqual([[1], [1]]);
  });

  it('that goes while the lane is paused for it resumes the lane', () => {
    const bench = new LaneBench();
    const { exchange, reply } = makeExchange();
    reply.isWritable = false;
    bench.lane.assign(exchange);
    bench.respond(1, 'x', 0);
    exchange.cancel();
    expect(bench.socket.isPaused).toBe(false);
    bench.respondMore(1, 'y', FLAG.end);
    expect([reply.text, bench.lane.load]).toEqual(['x', 0]);
  });
});
