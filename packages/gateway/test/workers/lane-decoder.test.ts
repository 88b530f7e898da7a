// The decoder of a lane, with the vectors both languages share.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeFrame, FLAG, FRAME, HEADER_BYTES, WireError } from '../../src/backends/workers/frames.ts';
import { LaneDecoder, type LaneEvents } from '../../src/backends/workers/lane-decoder.ts';
import { Block, BLOCK_BYTES, giveBack } from '../../src/exchange/blocks.ts';
import { copiedBytes } from '../helpers/copied-bytes.ts';
import type { FileRange } from '../../src/exchange/delivery.ts';
import { everySplit } from '../helpers/splits.ts';
import { bytesOf, wireVectors, wordsOfWorkers, type ValidVector } from '../helpers/wire-vectors.ts';

/** What was decoded, with pieces of one body put together. */
class Transcript implements LaneEvents {
  readonly events: (readonly [string, ...unknown[]])[] = [];
  #body: string[] = [];

  response(tag: number, head: Buffer, bytes: Buffer, isLast: boolean): void {
    this.events.push(['response', tag, head.toString('latin1')]);
    this.body(tag, bytes, isLast);
  }

  body(tag: number, bytes: Buffer, isLast: boolean): void {
    this.#body.push(bytes.toString('hex'));
    if (!isLast) return;
    this.events.push(['end', tag, this.#body.join('')]);
    this.#body = [];
  }

  file(tag: number, head: Buffer, { path, device, inode, offsetBytes, sizeBytes }: FileRange): void {
    const place = { offset: offsetBytes, length: sizeBytes, path: path.toString('hex') };
    const file = { device: String(device), inode: String(inode), ...place };
    this.events.push(['file', tag, head.toString('latin1'), file]);
  }

  failed(tag: number, isCancelled: boolean, text: string): void {
    this.events.push([isCancelled ? 'cancelled' : 'failed', tag, text]);
  }

  log(tag: number, text: string): void {
    this.events.push(['log', tag, text]);
  }

  /** Body bytes of a response that has not ended. */
  get open(): string {
    return this.#body.join('');
  }
}

function decode(chunks: readonly Buffer[]): Transcript {
  const transcript = new Transcript();
  const decoder = new LaneDecoder(transcript);
  for (const chunk of chunks) decoder.receive(chunk);
  return transcript;
}

function meaningOf({ frame, head, body = '', text, file }: ValidVector): readonly [string, ...unknown[]][] {
  const isEnd = (frame.flags & FLAG.end) !== 0;
  switch (frame.type) {
    case FRAME.response:
      return [
        ['response', frame.tag, head],
        ...(isEnd ? [['end', frame.tag, body] as [string, ...unknown[]]] : []),
      ];
    case FRAME.responseBody:
      return isEnd ? [['end', frame.tag, frame.payload]] : [];
    case FRAME.file:
      return [['file', frame.tag, head, file]];
    case FRAME.failed:
      return [[(frame.flags & FLAG.cancelled) !== 0 ? 'cancelled' : 'failed', frame.tag, text]];
    default:
      return [['log', frame.tag, text]];
  }
}

const valid = wordsOfWorkers(wireVectors.valid, 'lane');
const invalid = wordsOfWorkers(wireVectors.invalid, 'lane');
/** A frame to tell by that what was before it has been understood. */
const LOG = encodeFrame(FRAME.log, 0, 7, Buffer.from('after'));

describe('a valid frame', () => {
  it.each(valid)('%s: means the same however it is cut, and does not touch what follows', (_name, vector) => {
    const bytes = bytesOf(vector);
    for (const chunks of everySplit(bytes)) expect(decode(chunks).events).toEqual(meaningOf(vector));
    for (const chunks of everySplit(Buffer.concat([bytes, LOG]))) {
      expect(decode(chunks).events.filter(([name]) => name !== 'end')).toEqual([
        ...meaningOf(vector).filter(([name]) => name !== 'end'),
        ['log', 7, 'after'],
      ]);
    }
  });
});

describe('an invalid frame', () => {
  it.each(invalid)('%s: is refused however it is cut', (_name, vector) => {
    for (const chunks of everySplit(bytesOf(vector))) expect(() => decode(chunks)).toThrow(WireError);
  });
});

describe('a sequence of frames', () => {
  it('means the same in any pieces', () => {
    const frames = fc.array(
      fc.oneof(
        fc.tuple(
          fc.constant(FRAME.response),
          fc.constantFrom(0, FLAG.end),
          fc.uint8Array({ maxLength: 300 }),
        ),
        fc.tuple(
          fc.constant(FRAME.responseBody),
          fc.constantFrom(0, FLAG.end),
          fc.uint8Array({ maxLength: 300 }),
        ),
        fc.tuple(fc.constant(FRAME.log), fc.constant(0), fc.uint8Array({ maxLength: 50 })),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(frames, fc.infiniteStream(fc.integer({ min: 1, max: 200 })), (list, sizes) => {
        const bytes = Buffer.concat(
          list.map(([type, flags, body], index) => frameOf(type, flags, index, body)),
        );
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length;) {
          const size = sizes.next().value;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        const [whole, cut] = [decode([bytes]), decode(chunks)];
        expect([cut.events, cut.open]).toEqual([whole.events, whole.open]);
      }),
    );
  });
});

describe('what lies in a block', () => {
  it('means the same when the block is used for the next read', () => {
    const bodies = fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 1, maxLength: 8 });
    const reads = fc.infiniteStream(fc.integer({ min: 1, max: BLOCK_BYTES }));
    fc.assert(
      fc.property(bodies, reads, (sizes, counts) => {
        const frames = sizes.map((size, index) => {
          const isLast = index === sizes.length - 1;
          const body = Buffer.alloc(size, `body ${index} of ${sizes.length} `);
          return frameOf(index === 0 ? FRAME.response : FRAME.responseBody, isLast ? FLAG.end : 0, 1, body);
        });
        const bytes = Buffer.concat([...frames, LOG]);
        const transcript = decodeFromBlocks(bytes, counts);
        expect(transcript.events).toEqual(decode([bytes]).events);
      }),
      { numRuns: 50 },
    );
  });

  it('is lent if it is much, and free again when it has been given back', () => {
    const block = Block.take();
    const taken: Buffer[] = [];
    const decoder = new LaneDecoder(
      Object.assign(new Transcript(), { body: (_tag: number, bytes: Buffer) => taken.push(bytes) }),
    );
    const frame = encodeFrame(FRAME.responseBody, FLAG.end, 1, Buffer.alloc(60_000));
    frame.copy(block.bytes);
    decoder.receive(block.bytes.subarray(0, frame.length));
    expect(taken.map(({ buffer, length }) => [buffer === block.bytes.buffer, length])).toEqual([
      [true, 60_000],
    ]);
    expect(block.isLent).toBe(true);
    for (const bytes of taken) giveBack(bytes);
    expect(block.isLent).toBe(false);
    block.letGo();
  });
});

describe('small pieces', () => {
  it('that came together are passed on together, at once, and with the end', () => {
    const passed: string[] = [];
    const decoder = new LaneDecoder(
      Object.assign(new Transcript(), {
        body: (tag: number, bytes: Buffer, isLast: boolean) =>
          passed.push(`${tag} ${String(bytes)} ${isLast}`),
      }),
    );
    const piece = (text: string, flags = 0, tag = 1): Buffer =>
      encodeFrame(FRAME.responseBody, flags, tag, Buffer.from(text));
    decoder.receive(Buffer.concat([piece('a'), piece('b')]));
    expect(passed).toEqual(['1 ab false']);
    decoder.receive(Buffer.concat([piece('c'), piece('', FLAG.end), piece('d', 0, 2), piece('e', 0, 3)]));
    expect(passed.slice(1)).toEqual(['1 c true', '2 d false', '3 e false']);
  });
});

/** Decodes as a lane's socket is read: one block for all reads but those that something is lent of. */
function decodeFromBlocks(bytes: Buffer, counts: Iterator<number>): Transcript {
  const transcript = new Transcript();
  const decoder = new LaneDecoder(transcript);
  let block = Block.take();
  for (let at = 0; at < bytes.length;) {
    const count = bytes.copy(block.bytes, 0, at, at + counts.next().value);
    decoder.receive(block.bytes.subarray(0, count));
    at += count;
    if (!block.isLent) block.bytes.fill('?');
    else block = Block.take();
  }
  return transcript;
}

describe('a large body', () => {
  it('is passed on before its frame is complete', () => {
    const head = Buffer.from('\0\0\0\x08200 OK\r\n', 'latin1');
    const frame = encodeFrame(FRAME.response, FLAG.end, 1, Buffer.concat([head, Buffer.alloc(100_000, 'x')]));
    const transcript = decode([frame.subarray(0, 40_000)]);
    expect(transcript.events).toEqual([['response', 1, '200 OK\r\n']]);
    expect(transcript.open).toHaveLength(2 * (40_000 - HEADER_BYTES - head.length));
  });

  it('is passed on without a copy', () => {
    const frame = encodeFrame(FRAME.responseBody, FLAG.end, 1, Buffer.alloc(1_000_000));
    const chunks = Array.from({ length: 16 }, (_, index) =>
      frame.subarray(index * 65_536, (index + 1) * 65_536),
    );
    expect(copiedBytes(() => decode(chunks))).toBe(0);
  });
});

describe('the work', () => {
  it('grows with the bytes received, even if they come one at a time', () => {
    const text = encodeFrame(FRAME.failed, FLAG.end, 1, Buffer.alloc(20_000, 'x'));
    const bytes = Array.from(text, (byte) => Buffer.of(byte));
    expect(copiedBytes(() => decode(bytes))).toBeLessThan(3 * text.length);
  });
});

function frameOf(type: number, flags: number, tag: number, body: Uint8Array): Buffer {
  const head = Buffer.from('\0\0\0\x08200 OK\r\n', 'latin1');
  return encodeFrame(type, flags, tag, type === FRAME.response ? Buffer.concat([head, body]) : body);
}
