import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeRecord, RecordDecoder, type RecordHeader, type RecordSink } from '../src/index.ts';
import { ServerPeer } from './helpers/server-peer.ts';
import { head } from './helpers/messages.ts';

interface Seen {
  type: number;
  requestId: number;
  content: Buffer;
}

/** Puts the pieces of each record together again. */
class Collector implements RecordSink {
  readonly records: Seen[] = [];
  #pieces: Buffer[] = [];

  onContent(header: RecordHeader, chunk: Buffer, start: number, end: number, remaining: number): void {
    this.#pieces.push(Buffer.from(chunk.subarray(start, end)));
    if (remaining > 0) return;
    this.records.push({
      type: header.type,
      requestId: header.requestId,
      content: Buffer.concat(this.#pieces),
    });
    this.#pieces = [];
  }
}

function rawRecord(type: number, requestId: number, content: Buffer, padding: number, reserved = 0): Buffer {
  const header = Buffer.from([1, type, 0, 0, 0, 0, padding, reserved]);
  header.writeUInt16BE(requestId, 2);
  header.writeUInt16BE(content.length, 4);
  return Buffer.concat([header, content, Buffer.alloc(padding, 0xee)]);
}

function decode(pieces: readonly Buffer[]): { records: Seen[]; isInsideRecord: boolean } {
  const sink = new Collector();
  const decoder = new RecordDecoder(sink);
  for (const piece of pieces) decoder.push(piece);
  return { records: sink.records, isInsideRecord: decoder.isInsideRecord };
}

describe('a record decoder', () => {
  const corners = [0, 1, 0xffff].flatMap((length) =>
    [0, 1, 255].map((padding) => [length, padding] as const),
  );
  it.each(corners)(
    'finds the next record behind %i bytes of content and %i of padding',
    (length, padding) => {
      const content = Buffer.alloc(length, 0x01);
      const bytes = Buffer.concat([
        rawRecord(6, 1, content, padding),
        rawRecord(3, 1, Buffer.from('end'), 0),
      ]);
      const edges = [8, 8 + length, 8 + length + padding, bytes.length].flatMap((edge) => [
        edge - 1,
        edge,
        edge + 1,
      ]);
      for (const at of [...Array(12).keys(), ...edges].filter((edge) => edge >= 0 && edge <= bytes.length)) {
        const { records, isInsideRecord } = decode([bytes.subarray(0, at), bytes.subarray(at)]);
        expect(records.map((record) => [record.type, record.content.length])).toEqual([
          [6, length],
          [3, 3],
        ]);
        expect(isInsideRecord).toBe(false);
      }
    },
  );

  it('gives back whatever records were written, in whatever pieces they come', () => {
    const record = fc.record({
      type: fc.integer({ min: 0, max: 255 }),
      requestId: fc.integer({ min: 0, max: 0xffff }),
      content: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 8 }),
        fc.array(fc.nat(2000), { maxLength: 10 }),
        (records, marks) => {
          const bytes = Buffer.concat(
            records.map((each) => encodeRecord(each.type, each.requestId, each.content)),
          );
          const edges = [
            0,
            ...marks.filter((mark) => mark < bytes.length).toSorted((a, b) => a - b),
            bytes.length,
          ];
          const pieces = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
          expect(decode(pieces)).toEqual({ records, isInsideRecord: false });
        },
      ),
    );
  });

  it('calls once for a record that lies in one chunk, with a view into it', () => {
    const calls: Buffer[] = [];
    const decoder = new RecordDecoder({
      onContent(_header, chunk, start, end) {
        calls.push(chunk.subarray(start, end));
      },
    });
    const chunk = encodeRecord(6, 1, Buffer.from('hello'));
    decoder.push(chunk);
    expect(calls.length).toBe(1);
    expect(calls[0]?.buffer).toBe(chunk.buffer);
  });

  it.each([
    ['a partial header', 3],
    ['a header without its content', 8],
    ['partial content', 10],
    ['content without all its padding', 14],
  ])('knows that it stopped inside %s', (_where, length) => {
    expect(decode([encodeRecord(6, 1, Buffer.from('hello')).subarray(0, length)]).isInsideRecord).toBe(true);
  });

  it('refuses a version that is not 1, with the offset, and reads nothing after it', () => {
    const sink = new Collector();
    const decoder = new RecordDecoder(sink);
    decoder.push(encodeRecord(6, 1, Buffer.from('12345678')));
    expect(() => decoder.push(Buffer.from('GET / HTTP/1.1\r\n'))).toThrow(
      expect.objectContaining({ code: 'FCGI_VERSION', offset: 16 }),
    );
    decoder.push(encodeRecord(6, 1, Buffer.from('12345678')));
    expect(sink.records.length).toBe(1);
  });
});

describe('eight zero bytes in every record type, for request id 0, an unknown one and a known one', () => {
  /** What becomes of `type id`; whatever is not named is skipped. */
  const expectations = new Map<string, { error?: string; sent?: string }>();
  for (let type = 0; type <= 255; type += 1) {
    const unknownType = `010b000000080000${type.toString(16).padStart(2, '0')}00000000000000`;
    if (type === 0 || type > 11) expectations.set(`${type} 0`, { sent: unknownType });
    else if (type <= 8) expectations.set(`${type} 0`, { error: 'FCGI_NULL_REQUEST_ID' });
  }
  // The zeros are four empty pairs, and role 0.
  expectations.set('9 0', { sent: '010a000000000000' });
  expectations.set('1 9', { sent: '01030009000800000000000003000000' });
  expectations.set('1 1', { error: 'FCGI_DUPLICATE_ID' });
  expectations.set('4 1', { error: 'FCGI_OUT_OF_ORDER' });

  it('closes, answers or skips, on the application side', () => {
    for (let type = 0; type <= 255; type += 1) {
      for (const id of [0, 1, 9]) {
        const key = `${type} ${id}`;
        const peer = new ServerPeer();
        peer.connection.receive(head(1));
        peer.connection.receive(rawRecord(type, id, Buffer.alloc(8), 0));
        const { error, sent = '' } = expectations.get(key) ?? {};
        const codes = peer.errors.map((each) => each.code);
        expect({ key, codes, sent: peer.transport.hex }).toEqual({ key, codes: error ? [error] : [], sent });
      }
    }
  });
});
