// What a fork server says, with the vectors both languages share.
import { describe, expect, it } from '@jest/globals';
import { constants } from 'node:os';
import { encodeFrame, FRAME, WireError } from '../../src/backends/workers/frames.ts';
import { ForkDecoder } from '../../src/backends/workers/preload/fork-decoder.ts';
import { everySplit } from '../helpers/splits.ts';
import { bytesOf, wireVectors, wordsOfWorkers, type ValidVector } from '../helpers/wire-vectors.ts';

type Event = readonly [string, ...unknown[]];

function decode(chunks: readonly Buffer[]): Event[] {
  const events: Event[] = [];
  const decoder = new ForkDecoder({
    loaded: (facts) => events.push(['loaded', facts]),
    loadFailed: (traceback) => events.push(['loadFailed', traceback]),
    forked: (tag, pid) => events.push(['forked', tag, pid]),
    forkFailed: (tag, reason) => events.push(['forkFailed', tag, reason]),
    exited: (tag, exit) => events.push(['exited', tag, exit]),
    stop: () => events.push(['stop']),
  });
  for (const chunk of chunks) decoder.receive(chunk);
  return events;
}

function meaningOf({ frame, block, text, pid: forkedPid, exit }: ValidVector): Event {
  switch (frame.type) {
    case FRAME.loadFailed:
      return ['loadFailed', text];
    case FRAME.forked:
      return ['forked', frame.tag, forkedPid];
    case FRAME.forkFailed:
      return ['forkFailed', frame.tag, text];
    case FRAME.exited:
      return ['exited', frame.tag, meaningOfExit(exit ?? null)];
    case FRAME.stop:
      return ['stop'];
  }
  const facts = Object.fromEntries(block ?? []);
  const pid = Number(facts['pid']);
  const threadsCount = Number(facts['threads']);
  const threadNames = facts['thread_names'];
  const { python, worker: version } = facts;
  return ['loaded', { pid, python, version, threadsCount, threadNames }];
}

function meaningOfExit(exit: { readonly code: number; readonly signal: number } | null): unknown {
  if (exit === null) return { code: null, signal: null };
  if (exit.signal === 0) return { code: exit.code, signal: null };
  const [name] = Object.entries(constants.signals).find(([, number]) => number === exit.signal) ?? [];
  return { code: null, signal: name };
}

const valid = wordsOfWorkers(wireVectors.valid, 'fork-server');
const invalid = wordsOfWorkers(wireVectors.invalid, 'fork-server');

describe('the control channel of a fork server', () => {
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

  it.each([
    ['LOADED', FRAME.loaded, 65_536],
    ['LOAD_FAILED', FRAME.loadFailed, 262_144],
    ['FORKED', FRAME.forked, 4],
    ['FORK_FAILED', FRAME.forkFailed, 262_144],
    ['EXITED', FRAME.exited, 2],
  ])('refuses a %s over its limit by its header alone', (_name, type, limit) => {
    const header = encodeFrame(type, 0, 0, Buffer.alloc(0));
    header.writeUInt32BE(limit + 1, 0);
    expect(() => decode([header])).toThrow(WireError);
    header.writeUInt32BE(limit, 0);
    expect(decode([header])).toEqual([]);
  });

  it('refuses a STOP with anything in it', () => {
    expect(() => decode([encodeFrame(FRAME.stop, 0, 0, Buffer.from('x'))])).toThrow(WireError);
  });

  it('names signals without a name by one that no process gets', () => {
    const frame = encodeFrame(FRAME.exited, 0, 1, Buffer.from([0, 50]));
    expect(decode([frame])).toEqual([['exited', 1, { code: null, signal: 'SIGUNUSED' }]]);
  });
});
