// A response whose body is in a file: the lane hands it on and is free.
import { describe, expect, it } from '@jest/globals';
import { encodeFrame, FLAG, FRAME, WireError } from '../../src/backends/workers/frames.ts';
import { DIRECT, type FileRange } from '../../src/exchange/delivery.ts';
import { makeExchange } from '../helpers/exchanges.ts';
import { LaneBench } from '../helpers/lane-bench.ts';

function fileFrame(tag: number, head: string): Buffer {
  const text = Buffer.from(head);
  const numbers = Buffer.alloc(36);
  numbers.writeUInt32BE(text.length);
  [1n, 2n, 3n, 4n].forEach((number, at) => numbers.writeBigUInt64BE(number, 4 + 8 * at));
  const parts = [numbers.subarray(0, 4), text, numbers.subarray(4), Buffer.from('/f')];
  return encodeFrame(FRAME.file, FLAG.end, tag, Buffer.concat(parts));
}

describe('a FILE', () => {
  it('frees the lane for the next request, whatever becomes of the file', () => {
    const bench = new LaneBench();
    const [first, second] = [makeExchange(), makeExchange()];
    const files: FileRange[] = [];
    first.exchange.delivery = { ...DIRECT, sendFile: (_exchange, _head, file) => files.push(file) };
    bench.lane.assign(first.exchange);
    bench.lane.assign(second.exchange);
    bench.lane.receive(fileFrame(1, '200 OK\r\n'));
    expect([bench.owner.ended, bench.lane.running]).toEqual([[first.exchange], second.exchange]);
    expect([first.exchange.outcome, first.exchange.holder]).toEqual([null, null]);
    expect(files).toEqual([{ path: Buffer.from('/f'), device: 1n, inode: 2n, offsetBytes: 3, sizeBytes: 4 }]);
    bench.respond(2, 'next');
    expect(second.reply.text).toBe('next');
  });

  it('for a client that has gone ends the request all the same', () => {
    const bench = new LaneBench();
    const { exchange } = makeExchange();
    bench.lane.assign(exchange);
    exchange.cancel();
    bench.lane.receive(fileFrame(1, '200 OK\r\n'));
    expect([bench.lane.load, exchange.outcome]).toEqual([0, 'cancelled']);
  });

  it.each([
    ['follows a RESPONSE', '200 OK\r\n', true],
    ['has a malformed head', '200 OK\r\nno colon\r\n', false],
  ])('is refused if it %s', (_name, head, isBegun) => {
    const bench = new LaneBench();
    bench.lane.assign(makeExchange().exchange);
    if (isBegun) bench.respond(1, '', 0);
    expect(() => bench.lane.receive(fileFrame(1, head))).toThrow(WireError);
  });
});
