// The decoder of a control channel, with the vectors both languages share.
import { describe, expect, it } from '@jest/globals';
import { ControlDecoder } from '../../src/backends/workers/control-decoder.ts';
import { encodeFrame, FRAME, WireError } from '../../src/backends/workers/frames.ts';
import { copiedBytes } from '../helpers/copied-bytes.ts';
import { everySplit } from '../helpers/splits.ts';
import { bytesOf, wireVectors, wordsOfWorkers, type ValidVector } from '../helpers/wire-vectors.ts';

type Event = readonly [string, ...unknown[]];

function decode(chunks: readonly Buffer[]): Event[] {
  const events: Event[] = [];
  const decoder = new ControlDecoder({
    ready: (facts) => events.push(['ready', facts]),
    loadFailed: (traceback) => events.push(['loadFailed', traceback]),
    returned: (lane, tags) => events.push(['returned', lane, [...tags]]),
  });
  for (const chunk of chunks) decoder.receive(chunk);
  return events;
}

function meaningOf({ frame, block, tags, text }: ValidVector): Event {
  if (frame.type === FRAME.loadFailed) return ['loadFailed', text];
  if (frame.type === FRAME.returned) return ['returned', frame.tag, tags];
  const facts = Object.fromEntries(block ?? []);
  return ['ready', { python: facts['python'], version: facts['worker'] }];
}

const valid = wordsOfWorkers(wireVectors.valid, 'control');
const invalid = wordsOfWorkers(wireVectors.invalid, 'control');

describe('a control channel', () => {
  it.each(valid)('understands: %s, however it is cut and whatever follows', (_name, vector) => {
    const bytes = bytesOf(vector);
    for (const chunks of everySplit(bytes)) expect(decode(chunks)).toEqual([meaningOf(vector)]);
    for (const chunks of everySplit(Buffer.concat([bytes, bytes]))) {
      expect(decode(chunks)).toEqual([meaningOf(vector), meaningOf(vector)]);
    }
  });

  it.each(invalid)('refuses: %s, however it is cut', (_name, vector) => {
    for (const chunks of everySplit(bytesOf(vector))) expect(() => decode(chunks)).toThrow(WireError);
  });

  const understood: readonly number[] = [FRAME.ready, FRAME.returned, FRAME.loadFailed];
  const foreign = [...wireVectors.valid, ...wireVectors.invalid].filter(
    (vector) => !understood.includes(bytesOf(vector).readUInt8(4)),
  );
  it.each(foreign.map((vector) => [vector.name, vector] as const))(
    'refuses what belongs elsewhere: %s',
    (_name, vector) => {
      expect(() => decode([bytesOf(vector)])).toThrow(WireError);
    },
  );

  it.each([
    ['READY', FRAME.ready, 65_536],
    ['RETURNED', FRAME.returned, 65_536],
    ['LOAD_FAILED', FRAME.loadFailed, 262_144],
  ])('refuses a %s over its limit by its header alone', (_name, type, limit) => {
    const header = encodeFrame(type, 0, 0, Buffer.alloc(0));
    header.writeUInt32BE(limit + 1, 0);
    expect(() => decode([header])).toThrow(WireError);
    header.writeUInt32BE(limit, 0);
    expect(decode([header])).toEqual([]);
  });

  it('copies no more than it receives, even one byte at a time', () => {
    const frame = encodeFrame(FRAME.loadFailed, 0, 0, Buffer.alloc(20_000, 'x'));
    const bytes = Array.from(frame, (byte) => Buffer.of(byte));
    expect(copiedBytes(() => decode(bytes))).toBeLessThan(3 * frame.length);
  });
});
